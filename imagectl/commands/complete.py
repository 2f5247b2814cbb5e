"""``complete``: shell completion of commands, options and names."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator

from imagectl.api.names import CLOUD, RESOURCES, open_name_cache
from imagectl.command import Command
from imagectl.commands.completion_scripts import SCRIPTS
from imagectl.commands.completion_words import Words, collect_words
from imagectl.config.files import CloudFiles


class Complete(Command):
    """Print a script for completion of commands, options, values and names.

    Load it with: source <(imagectl complete)

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
            choices=(*RESOURCES, CLOUD),
            help="Print the names that there are of images, users or the like,"
            " as far as they can be had at once, or those of clouds.yaml",
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
        if noun == CLOUD:
            clouds = (
                name for name in CloudFiles(os.environ).clouds if name.isprintable()
            )
            self.app.stdout.writelines(f"{name}\n" for name in sorted(clouds))
            return
        names = open_name_cache(self.cloud.session.config, noun)
        if names is None:
            return
        if not names.is_fresh:
            names.fetch_in_background()
        self.app.stdout.writelines(f"{name}\n" for name in names.read())

    def collect_words(self) -> Words:
        """Return what completes every command."""
        return collect_words(self.parsers(), self.app.parser)

    def parsers(self) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
        """Yield the name of every command, its parser and its purpose."""
        manager = self.app.command_manager
        for command, _ in sorted(manager):
            make, name, _ = manager.find_command(command.split())
            parser = make(self.app, None).get_parser(name)
            yield command, parser, (parser.description or "").partition("\n")[0]


def format_words(words: Words) -> str:
    """Return an assignment for each command, in the format of cliff's completion."""
    lines = []
    for path, following in words.following.items():
        key = re.sub(r"\W", "_", f"cmds {path}".strip())
        lines.append(f"  {key}='{' '.join(following)}'\n")
    return "".join(lines)
