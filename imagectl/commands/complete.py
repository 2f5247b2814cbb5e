"""``complete``: shell completion of commands, options and names."""

from __future__ import annotations

import argparse
import re

from imagectl.api.names import RESOURCES, open_name_cache
from imagectl.command import Command
from imagectl.commands.completion_scripts import SCRIPTS, Words

_METAVAR = re.compile(r"<(?:\w+-)?(\w+)>")


class Complete(Command):
    """Print a script for completion; load it with: source <(imagectl complete)

    With fish: imagectl complete --shell fish | source
    """

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
            choices=(*SCRIPTS, "none"),
            default="bash",
            help="Shell to write for: bash, zsh or fish; none for the words alone"
            " (default: bash)",
        )
        parser.add_argument(
            "--names",
            metavar="<noun>",
            choices=tuple(RESOURCES),
            help="Print the names that there are of images, users or the like,"
            " as far as they can be had at once",
        )
        parser.add_argument("--fetch", choices=tuple(RESOURCES), help=argparse.SUPPRESS)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        if parsed_args.fetch:
            self.fetch_names(parsed_args.fetch)
        elif parsed_args.names:
            self.print_names(parsed_args.names)
        elif parsed_args.shell == "none":
            self.app.stdout.write(format_words(self.collect_words()))
        else:
            format_script = SCRIPTS[parsed_args.shell]
            script = format_script(parsed_args.name, self.collect_words())
            self.app.stdout.write(script)

    def fetch_names(self, noun: str) -> None:
        """Fetch the names of a noun's records and cache them for ``print_names``."""
        names = open_name_cache(self.cloud.session.config, noun)
        if names:
            names.fetch(self.cloud)

    def print_names(self, noun: str) -> None:
        """Print the cached names at once; fetch them in the background if outdated."""
        names = open_name_cache(self.cloud.session.config, noun)
        if names is None:
            return
        if not names.is_fresh:
            names.fetch_in_background()
        self.app.stdout.writelines(f"{name}\n" for name in names.read())

    def collect_words(self) -> Words:
        """Return the words of all commands, with their options and operands."""
        words = Words({"": option_strings(self.app.parser)}, {})
        for command, _ in sorted(self.app.command_manager):
            path = command.split()
            for depth, word in enumerate(path):
                known = words.following.setdefault(" ".join(path[:depth]), [])
                if word not in known:
                    known.append(word)
            make, name, _ = self.app.command_manager.find_command(path)
            parser = make(self.app, None).get_parser(name)
            words.following.setdefault(command, []).extend(option_strings(parser))
            for action in parser._actions:
                for place in action.option_strings or [""]:
                    add_noun(words, f"{command} {place}".strip(), action)
        return words


def add_noun(words: Words, place: str, action: argparse.Action) -> None:
    """Add the noun whose names complete the value of ``action``, if there is one.

    ``place`` is that of :class:`Words`.
    """
    found = _METAVAR.fullmatch(str(action.metavar))
    if found and found[1] in RESOURCES:
        nouns = words.nouns.setdefault(place, [])
        nouns.extend({found[1]} - set(nouns))


def option_strings(parser: argparse.ArgumentParser) -> list[str]:
    """Return the options of a parser, without those that its help does not show."""
    actions = parser._get_optional_actions()
    shown = [action for action in actions if action.help != argparse.SUPPRESS]
    return [option for action in shown for option in action.option_strings]


def format_words(words: Words) -> str:
    """Return an assignment for each command, in the format of cliff's completion."""
    lines = []
    for path, following in words.following.items():
        key = re.sub(r"\W", "_", f"cmds {path}".strip())
        lines.append(f"  {key}='{' '.join(following)}'\n")
    return "".join(lines)
