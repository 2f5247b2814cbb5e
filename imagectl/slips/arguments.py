"""Answers an option that a command does not have, and a value that is no choice."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence

from imagectl.slips.distance import did_you_mean, find_near
from imagectl.slips.spellings import (
    OPPOSITES,
    OPTIONS,
    UNASKED,
    VALUED_OPTIONS,
    VALUES,
)

_CHOICE = re.compile(
    r"argument (\S+): invalid choice: '(.*?)' \(choose from", re.DOTALL
)
_JOINED = re.compile(r"argument (-\w)/\S+: ignored explicit argument '(.*)'")
_DASHES = re.compile(r"^(?:-?[\u2010-\u2015\u2212]-?)+")
"""Dashes that word processors make of hyphens."""
NO = ("0", "false", "no", "off")


def hint_at(
    message: str, arguments: Sequence[str], parsers: Sequence[argparse.ArgumentParser]
) -> str:
    """Return a hint at the right word, or "" where none is near.

    ``message`` is what argparse says of ``arguments``; of ``parsers``, the first is
    that of the command.
    """
    actions = [
        action
        for parser in parsers
        for action in parser._actions
        if action.help != argparse.SUPPRESS
    ]
    choice = _CHOICE.match(message)
    options = {name: one for one in actions for name in one.option_strings}
    if choice:
        short = choice[1].partition("/")[0]
        if f"{short}{choice[2]}" in arguments:  # -format was taken for -f ormat
            near = find_near(f"{short}{choice[2]}", options)
            return did_you_mean(near) if near else ""
        return _hint_at_choice(choice[1], choice[2], actions)
    joined_flag = _JOINED.fullmatch(message)
    if joined_flag:  # -help was taken for -h elp
        near = find_near(f"{joined_flag[1]}{joined_flag[2]}", options)
        return did_you_mean(near) if near else ""
    for place, word in enumerate(arguments):
        name, is_joined, joined = _DASHES.sub("--", word).partition("=")
        if word == "--":
            break
        if name in options and not word.startswith(name):
            return did_you_mean([name])
        value = joined if is_joined else next(iter(arguments[place + 1 :]), "")
        if name.startswith("-") and name not in options and not _is_number(name):
            return _hint_at_option(name, value, options, parsers[0])
        if (
            name in options
            and options[name].nargs == 0
            and value in re.split(r"[ ']", message)
        ):
            return _hint_at_flag(name, value, options)
    found = re.fullmatch(r"unrecognized arguments: ([^\s-]\S*)", message)
    return _hint_at_operand(found[1], options) if found else ""


def _hint_at_operand(word: str, options: dict[str, argparse.Action]) -> str:
    if word == "help":
        return did_you_mean(["--help"])
    meant = [*_options_with_choice(word, options.values())]
    if "--name" in options:
        meant.append(f"--name {word}")
    return did_you_mean(meant) if meant else ""


def _options_with_choice(
    value: str, actions: Iterable[argparse.Action]
) -> Iterator[str]:
    """Yield the options with ``value``, of those that have it among their choices."""
    for action in dict.fromkeys(actions):
        if action.option_strings and value in (action.choices or ()):
            yield f"{action.option_strings[-1]} {value}"


def _is_number(word: str) -> bool:
    return word[1:2].isdigit() or word == "-"


def _hint_at_choice(name: str, value: str, actions: Iterable[argparse.Action]) -> str:
    for action in actions:
        if name in ("/".join(action.option_strings), action.metavar, action.dest):
            choices = [str(choice) for choice in action.choices or ()]
            alike = [one for one in VALUES.get(value.lower(), ()) if one in choices]
            near = dict.fromkeys([*alike, *find_near(value, choices)])
            near = near or dict.fromkeys(_options_with_choice(value, actions))
            return did_you_mean(near) if near else ""
    return ""


def _hint_at_flag(name: str, value: str, options: dict[str, argparse.Action]) -> str:
    """Answer ``--protected False``, where the option takes no value."""
    if value.startswith("-") or not value:
        return ""
    opposite = OPPOSITES.get(name)
    if value.lower() in NO and opposite in options:
        return did_you_mean([str(opposite)])
    return f"{name} takes no value"


def _hint_at_option(
    name: str,
    value: str,
    options: dict[str, argparse.Action],
    parser: argparse.ArgumentParser,
) -> str:
    operands = [str(a.metavar or a.dest) for a in parser._get_positional_actions()]
    found = [
        *_say_otherwise(name, value, options, operands),
        *_matching_operands(name, operands),
    ]
    if not found and len(name) > 2:
        found = find_near(name, (one for one in options if one.startswith("--")))
        if found[1:] and found[0] != "--help":
            found = [one for one in found if one != "--help"]
    if not found and name in UNASKED and parser.prog.endswith(" delete"):
        return f"leave {name} out: nothing is asked"
    return did_you_mean(dict.fromkeys(found)) if found else ""


def _say_otherwise(
    name: str,
    value: str,
    options: dict[str, argparse.Action],
    operands: Sequence[str],
) -> Iterator[str]:
    """Yield what other programs' options are here, of those that the command has."""
    plain = name.replace("_", "-") if name.startswith("--") else name
    if plain in options:
        yield plain
        return
    yes = VALUED_OPTIONS.get(plain)
    if yes in options:
        no = OPPOSITES[str(yes)]
        yield no if value.lower() in NO and no in options else str(yes)
    if plain == "--visibility":
        wanted = value if f"--{value}" in options else "public"
        yield from (one for one in (f"--{wanted}",) if one in options)
    formats = options["-f"].choices or () if "-f" in options else ()
    word = plain.removeprefix("--").lower()
    if plain.startswith("--") and {word, *VALUES.get(word, ())} & {*formats}:
        alike = (word, *VALUES.get(word, ()))
        yield f"-f {next(one for one in alike if one in formats)}"
    if plain[:2] in OPTIONS and plain[2:] in formats:
        yield f"-f {plain[2:]}"
    for ours in OPTIONS.get(plain, ()):
        if ours in ("-f", "--format") and ours in options:
            yield f"{ours} {value}" if value in formats else ours
        elif ours in options or ours in operands or " " in ours:
            yield ours


def _matching_operands(name: str, operands: Sequence[str]) -> Iterator[str]:
    """Yield the operand that is given here without the option ``name``."""
    plain = name.lstrip("-").replace("_", "-")
    for operand in operands:
        word = operand.strip("<>[].")
        if word in (plain, plain.removesuffix("-id")) or word.endswith(f"-{plain}"):
            yield operand
