"""What the commands say of themselves, read from their parsers."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from imagectl.command import Lister, ShowOne
from imagectl.manual.examples import spell_examples
from imagectl.shell import Shell


class Argument(NamedTuple):
    """An operand (``names`` is empty) or an option of a command."""

    names: tuple[str, ...]
    value: str
    help: str

    @property
    def spelling(self) -> str:
        return " ".join(filter(None, [", ".join(self.names), self.value]))


class Described(NamedTuple):
    """A command: ``all_names`` are those of every option, hidden and usual ones too,
    and how its operands are shown (``<image>``)."""

    name: str
    description: str
    operands: Sequence[Argument]
    options: Sequence[Argument]
    all_names: frozenset[str]
    examples: str

    @property
    def usage(self) -> str:
        words = ["imagectl", self.name, *["[<option>...]"] * bool(self.options)]
        return " ".join([*words, *(operand.value for operand in self.operands)])


class PlainList(Lister):
    """A listing with no option of its own."""

    def take_action(self, parsed_args: argparse.Namespace) -> object:
        raise NotImplementedError


class PlainShow(ShowOne):
    """A record with no option of its own."""

    def take_action(self, parsed_args: argparse.Namespace) -> object:
        raise NotImplementedError


@cache
def shell() -> Shell:
    return Shell()


def global_options() -> list[Argument]:
    return [_argument(a) for a in _shown(shell().parser._get_optional_actions())]


def output_options() -> list[Argument]:
    """Return the options that every listing and every record has."""
    found = dict.fromkeys(
        _argument(action)
        for plain in (PlainList, PlainShow)
        for action in _shown(plain(shell(), None).get_parser("")._actions)
        if action.dest != "formatter"
    )
    formats = [", ".join(sorted(c.formatters)) for c in (PlainList, PlainShow)]
    text = f"the output format: {formats[0]} for lists; {formats[1]} for records"
    choice = Argument(("-f", "--format"), "<format>", f"{text} (default: table)")
    columns = "print the names that -c takes, and leave; where they are known"
    return [choice, *found, Argument(("--columns",), "", columns)]


@cache
def described_commands() -> Sequence[Described]:
    usual = {option.names for option in output_options()}
    return [_describe(name, usual) for name, _ in sorted(shell().command_manager)]


def _describe(name: str, usual: set[tuple[str, ...]]) -> Described:
    make, _, _ = shell().command_manager.find_command(name.split())
    parser = make(shell(), None).get_parser(f"imagectl {name}")
    arguments = [_argument(action) for action in _shown(parser._actions)]
    names = {name for action in parser._actions for name in action.option_strings}
    operands = [argument for argument in arguments if not argument.names]
    return Described(
        name,
        inspect.cleandoc(parser.description or ""),
        operands,
        [a for a in arguments if a.names and a.names not in usual],
        frozenset(names.union(one.value.strip("[].") for one in operands)),
        spell_examples(name, "imagectl").partition("\n")[2],
    )


def _shown(actions: Iterable[argparse.Action]) -> list[argparse.Action]:
    return [
        action
        for action in actions
        if action.help != argparse.SUPPRESS and "--help" not in action.option_strings
    ]


def _argument(action: argparse.Action) -> Argument:
    value = ""
    if action.nargs != 0:
        value = str(action.metavar or f"<{action.dest.replace('_', '-')}>")
        if action.metavar is None and action.choices:
            value = f"{{{','.join(map(str, action.choices))}}}"
    if action.nargs in ("*", "+") and not value.endswith("..."):
        value += "..."
    if action.nargs in ("?", "*"):
        value = f"[{value}]"
    text = " ".join((action.help or "").replace("%%", "%").split())
    return Argument(tuple(action.option_strings), value, text)
