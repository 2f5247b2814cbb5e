"""A command line for every command, made from its parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from imagectl import DISTRIBUTION
from imagectl.command import Command
from imagectl.registry import GROUP
from imagectl.shell import Shell

ENTRIES = [e for e in distribution(DISTRIBUTION).entry_points if e.group == GROUP]
NAME = "x1"
"""What any argument is called that names a record."""
LOCAL = ("complete", "command list", "module list", "doctor")
"""Commands that ask no service, or go on after failures on purpose."""
VALUES = {"method": "GET", "path": "/images", "url": "http://127.0.0.1/x"}
"""Values of arguments that take no name, by their destination."""


def command_lines(file: Path) -> Iterator[list[str]]:
    """Yield a command line for each command; ``file`` is read where one is needed."""
    for entry in ENTRIES:
        words = entry.name.split("_")
        command = entry.load()(Shell(), None)
        assert isinstance(command, Command)
        parser = command.get_parser(" ".join(words))
        if " ".join(words) not in LOCAL:
            yield [*words, *_operands(parser, file)]


def _operands(parser: argparse.ArgumentParser, file: Path) -> Iterator[str]:
    groups = [g._group_actions for g in parser._mutually_exclusive_groups if g.required]
    chosen = [group[0] for group in groups]
    for action in parser._actions:
        if action.option_strings and (action.required or action in chosen):
            yield action.option_strings[-1]
        elif action.option_strings or action.nargs == "?":
            continue
        if action.nargs != 0:
            count = action.nargs if isinstance(action.nargs, int) else 1
            yield from [_value(action, file)] * count


def _value(action: argparse.Action, file: Path) -> str:
    if action.choices:
        return str(next(iter(action.choices)))
    if action.metavar in ("<file>", "<filename>", "<directory>"):
        return str(file)
    if "=" in str(action.metavar):
        return "a=b"
    for value in (VALUES.get(action.dest, NAME), "1", "http://127.0.0.1/x"):
        try:
            action.type(value) if callable(action.type) else None
        except (argparse.ArgumentTypeError, ValueError, TypeError):
            continue
        return value
    return NAME
