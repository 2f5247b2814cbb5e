"""``complete``: a script with which bash completes commands and their options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

from imagectl.command import Command

SHELLS = ("bash", "none")

BASH = """\
{function}_words()
{{
  case "$1" in
{cases}
    *) return 1 ;;
  esac
}}

{function}()
{{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" path='' word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    if {function}_words "${{path:+$path }}$word" > /dev/null; then
      path="${{path:+$path }}$word"
    fi
  done
  words=$({function}_words "$path")
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}}

complete -o default -F {function} {name}
"""
"""Options of a command are offered once the command is complete; files, by bash's own
completion, where nothing else fits."""


class Complete(Command):
    """Print a script for completion; load it with: source <(imagectl complete)"""

    changes = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--name",
            metavar="<command_name>",
            default=self.app.NAME,
            help="Name of the program to complete",
        )
        parser.add_argument(
            "--shell",
            metavar="<shell>",
            choices=SHELLS,
            default="bash",
            help="Shell to write for, or none for the words alone (default: bash)",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        words = self.words()
        name = parsed_args.name
        script = spell_words(words) if parsed_args.shell == "none" else None
        self.app.stdout.write(script or spell_bash(name, words))

    def words(self) -> dict[str, list[str]]:
        """Return what may follow each path of command words, ``""`` being none."""
        following: dict[str, list[str]] = {"": self.options([])}
        for command, _ in sorted(self.app.command_manager):
            path = command.split()
            for depth, word in enumerate(path):
                known = following.setdefault(" ".join(path[:depth]), [])
                if word not in known:
                    known.append(word)
            following.setdefault(command, []).extend(self.options(path))
        return following

    def options(self, command: list[str]) -> list[str]:
        """Return the options of a command, or the global ones."""
        if command:
            make, name, _ = self.app.command_manager.find_command(command)
            parser = make(self.app, None).get_parser(name)
        else:
            parser = self.app.parser
        actions = parser._get_optional_actions()
        return [option for action in actions for option in action.option_strings]


def spell_bash(name: str, words: Mapping[str, list[str]]) -> str:
    cases = (f"    '{path}') echo '{' '.join(w)}' ;;" for path, w in words.items())
    function = "_" + re.sub(r"\W", "_", name)
    return BASH.format(function=function, name=name, cases="\n".join(cases))


def spell_words(words: Mapping[str, list[str]]) -> str:
    """Return one assignment for each command, as cliff's completion has them."""
    lines = []
    for path, following in words.items():
        key = re.sub(r"\W", "_", f"cmds {path}".strip())
        lines.append(f"  {key}='{' '.join(following)}'\n")
    return "".join(lines)
