"""What may be completed where: words of commands and options, and kinds of values."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from imagectl.api.names import CLOUD, RESOURCES

FILES, DIRECTORIES, ANYTHING, OPTIONAL = ":file", ":dir", ":any", ":maybe"
"""Kinds of values besides names: files, directories, a text that nothing completes.
OPTIONAL before others: the option may also stand alone."""
FILE_WORDS = (
    *("file", "files", "filename", "log_file", "cacert", "cert", "key"),
    *("sign_key_path", "access_rules", "rules", "filters"),
)
"""Metavars and targets of arguments that name a file."""
IMAGE_SORT_KEYS = (
    *("created_at", "container_format", "disk_format", "id", "name", "size"),
    *("status", "updated_at"),
)
_METAVAR = re.compile(r"<(?:\w+-)?(\w+)>")
_DESCRIPTION_LENGTH = 48


class Words(NamedTuple):
    """What completes a command line.

    ``following`` has the words that may follow each sequence of command words, with
    their descriptions; the key "" is the beginning of the line. ``values`` has what may
    be given in a place: a command, for its operands, or a command and an option. They
    are choices and kinds: ``:file`` and the like, or a noun whose names complete it
    (``:image``). ``everywhere`` has what most commands say of an option's value;
    ``values`` says what differs from it.
    """

    following: dict[str, dict[str, str]]
    values: dict[str, tuple[str, ...]]
    everywhere: dict[str, tuple[str, ...]]


def collect_words(
    commands: Iterable[tuple[str, argparse.ArgumentParser, str]],
    program: argparse.ArgumentParser,
) -> Words:
    """Return the words of all commands: each its name, its parser and its purpose."""
    following: dict[str, dict[str, str]] = {"": _options(program)}
    values = _option_values("", program)
    for name, parser, purpose in commands:
        path = name.split()
        for depth, word in enumerate(path):
            known = following.setdefault(" ".join(path[:depth]), {})
            is_last = depth == len(path) - 1
            if is_last or word not in known:
                known[word] = _shorten(purpose) if is_last else ""
        following.setdefault(name, {}).update(_options(parser))
        values |= _option_values(name, parser)
        operands = _operand_values(parser)
        if operands:
            values[name] = operands
    return Words(following, *_factor(values))


def _options(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Return the options of a parser, without those that its help does not show."""
    return {
        option: _shorten((action.help or "").replace("%%", "%"))
        for action in parser._get_optional_actions()
        if action.help != argparse.SUPPRESS
        for option in action.option_strings
    }


def _shorten(text: str) -> str:
    """Return the beginning of a description, on one line."""
    line = " ".join(text.split())
    if len(line) > _DESCRIPTION_LENGTH:
        line = f"{line[:_DESCRIPTION_LENGTH].rpartition(' ')[0]} ..."
    return line.rstrip(".") if not line.endswith("...") else line


def _option_values(
    command: str, parser: argparse.ArgumentParser
) -> dict[str, tuple[str, ...]]:
    columns = _columns(parser)
    return {
        f"{command} {option}": values_of(action, columns)
        for action in parser._get_optional_actions()
        for option in action.option_strings
        if action.help != argparse.SUPPRESS
    }


def _operand_values(parser: argparse.ArgumentParser) -> tuple[str, ...]:
    found = [
        value
        for action in parser._get_positional_actions()
        for value in values_of(action, ())
        if value not in (ANYTHING, OPTIONAL)
    ]
    return tuple(dict.fromkeys(found))


def _columns(parser: argparse.ArgumentParser) -> tuple[str, ...]:
    option = parser._option_string_actions.get("--columns")
    return tuple(getattr(option, "const", None) or ())


def values_of(action: argparse.Action, columns: Sequence[str]) -> tuple[str, ...]:
    """Return what completes the value of an argument; () if it takes none."""
    if action.nargs == 0:
        return ()
    if action.choices:
        may_be_left_out = (OPTIONAL,) if action.nargs == "?" else ()
        return (*may_be_left_out, *map(str, action.choices))
    if action.dest in ("columns", "sort_columns"):
        return tuple(columns) or (ANYTHING,)
    if action.metavar == "<key>[:<direction>][,...]":
        return tuple(
            f"{key}:{way}" for key in IMAGE_SORT_KEYS for way in ("asc", "desc")
        )
    return (_kind(action),)


def _kind(action: argparse.Action) -> str:
    metavar = str(action.metavar)
    found = _METAVAR.fullmatch(metavar)
    if found and found[1] in (*RESOURCES, CLOUD):
        return f":{found[1]}"
    if found and found[1] == "directory":
        return DIRECTORIES
    if action.dest in FILE_WORDS or metavar.strip("<>") in FILE_WORDS:
        return ANYTHING if metavar == "<key>" and action.dest != "key" else FILES
    return ANYTHING


def _factor(
    values: Mapping[str, tuple[str, ...]],
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return the values that differ from the usual of an option, and the usual."""
    counts: dict[str, dict[tuple[str, ...], int]] = {}
    for place, kinds in values.items():
        option = place.rpartition(" ")[2]
        if option.startswith("-"):
            of_option = counts.setdefault(option, {})
            of_option[kinds] = of_option.get(kinds, 0) + 1
    usual: dict[str, Any] = {
        option: max(of_option, key=lambda kinds: of_option[kinds])
        for option, of_option in counts.items()
    }
    special = {
        place: kinds
        for place, kinds in values.items()
        if usual.get(place.rpartition(" ")[2]) != kinds
    }
    return special, {option: kinds for option, kinds in usual.items() if kinds}
