"""``help``: an overview, or what there is to know of a command, a noun or a topic."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from autopage.argparse import help_pager, use_color_for_parser

from imagectl.command import Command
from imagectl.errors import UsageError
from imagectl.manual.topics import TOPICS, overview_text


class Help(Command):
    """Show help: an overview, or the help of a command, a noun or a topic."""

    changes = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "words",
            metavar="<word>",
            nargs="*",
            help=f"A command, the beginning of one, or a topic: {', '.join(TOPICS)}",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="Show every global option and every command",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        words = parsed_args.words
        if not words:
            is_full = parsed_args.all
            text = self.all_text() if is_full else overview_text(self.app.parser)
            self.write(text, is_long=is_full)
        elif len(words) == 1 and words[0] in TOPICS:
            self.write(TOPICS[words[0]](self.app.parser), is_long=True)
        else:
            return self.show_commands(words)
        return 0

    def write(self, text: str, *, is_long: bool) -> None:
        if not is_long:
            self.app.stdout.write(text)
            return
        with help_pager(self.app.stdout) as out:
            out.write(text)

    def all_text(self) -> str:
        names = (name for name, _ in self.app.command_manager)
        return f"{self.app.parser.format_help()}\ncommands:\n{self.list_text(names)}"

    def show_commands(self, words: list[str]) -> int:
        typed = " ".join(words)
        names = [name for name, _ in self.app.command_manager]
        begun = [name for name in names if f"{name} ".startswith(f"{typed} ")]
        if typed not in names and begun:
            self.write(self.list_text(begun), is_long=len(begun) > 40)
            return 0
        try:
            make, name, _ = self.app.command_manager.find_command(words)
        except ValueError:
            self.refuse_topic(words)
            return self.app.refuse_command(words)
        prefix = "" if self.app.interactive_mode else f"{self.app.NAME} "
        parser = make(self.app, None, cmd_name=name).get_parser(f"{prefix}{name}")
        with help_pager(self.app.stdout) as out:
            use_color_for_parser(parser, out.isatty())
            parser.print_help(out)
        return 0

    def refuse_topic(self, words: list[str]) -> None:
        """Raise :class:`UsageError` if the words are nearly a topic."""
        from imagectl.slips.distance import did_you_mean, find_near

        near = find_near("-".join(words), TOPICS)
        if near:
            hint = did_you_mean(f"help {topic}" for topic in near)
            raise UsageError(f"There is no help of '{' '.join(words)}'.", hint=hint)

    def list_text(self, names: Iterable[str]) -> str:
        """Return a line for each command, with the first line of its help."""
        lines = []
        for name in sorted(names):
            make, _, _ = self.app.command_manager.find_command(name.split())
            purpose = make(self.app, None).get_description().partition("\n")[0]
            lines.append(f"  {name:<28}  {purpose.rstrip('.')}\n")
        return "".join(lines)
