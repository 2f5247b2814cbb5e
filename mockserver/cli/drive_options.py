"""The options of the commands that control a running cloud."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mockserver.cli import drive
from mockserver.faults.fault import Fault

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([smhd])")
_DURATION = re.compile(f"({_PART.pattern})+")
FORMATS = ("text", "json")
Command = Callable[[argparse.Namespace], int]
"""What runs a parsed command line and returns its exit code."""


def add_drive_commands(commands: Any) -> None:
    """Add the commands that control a running cloud to a parser's subparsers."""
    reset = commands.add_parser("reset", help="let a cloud be as at its start")
    reset.description = (
        "Let a running cloud be as at its start: bootstrapped and seeded, with the same"
        " ids. Faults and the journal are cleared, snapshots stay."
    )
    _finish(reset, drive.reset)
    _add_seed(commands.add_parser("seed", help="add records and images to a cloud"))
    _add_snapshot(commands.add_parser("snapshot", help="save a cloud, and go back"))
    _add_fault(commands.add_parser("fault", help="let requests go wrong"))
    _add_journal(commands.add_parser("journal", help="show what a cloud was asked"))
    _add_clock(commands.add_parser("clock", help="show a cloud's time, or change it"))


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Add what a seed describes to a running cloud: all of it, or nothing."
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="a seed, as serve --seed takes it"
    )
    parser.add_argument(
        "--metadefs",
        metavar="DIR",
        help="folder of metadata definitions, or name of a shipped one (samples)",
    )
    _finish(parser, drive.seed)


def _add_snapshot(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Save a running cloud's records, images and time, and go back to them. A"
        " snapshot lasts as long as the server runs."
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for action, run, text in (
        ("save", drive.save_snapshot, "keep the cloud as it is now"),
        ("restore", drive.restore_snapshot, "let the cloud be as it was"),
        ("delete", drive.delete_snapshot, "forget a saved state"),
    ):
        command = actions.add_parser(action, help=text, description=text)
        command.add_argument("name", metavar="NAME")
        _finish(command, run)
    listing = actions.add_parser("list", help="show the names of snapshots")
    _finish(listing, drive.list_snapshots, has_format=True)


def _add_fault(parser: argparse.ArgumentParser) -> None:
    parser.description = "Let requests to a running cloud go wrong."
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_fault_add(actions.add_parser("add", help="let some requests go wrong"))
    listing = actions.add_parser("list", help="show faults, and how often they hit")
    _finish(listing, drive.list_faults, has_format=True)
    clear = actions.add_parser("clear", help="let requests go right again")
    clear.add_argument(
        "ids", nargs="*", type=int, metavar="ID", help="only these faults"
    )
    _finish(clear, drive.clear_faults)


def _add_fault_add(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Let requests go wrong, and print the fault's id. A MOMENT is request or"
        " answer. A PLACE in a body is a number of bytes before it, or a percentage"
        " (99.9%) of the announced length; the body is the request's for PUT, POST and"
        " PATCH, the answer's for others."
    )
    for field in dataclasses.fields(Fault):
        text = field.metadata["help"].replace("%", "%%")
        # options that are not given are left out: the defaults are those of Fault
        how: dict[str, Any] = {"default": argparse.SUPPRESS, "help": text}
        if field.name in ("method", "path"):
            parser.add_argument(
                field.name, nargs="?", metavar=field.name.upper(), **how
            )
        elif field.name == "headers":
            parser.add_argument(
                "--header", action="append", metavar="NAME:VALUE", **how
            )
        elif field.default is False:
            parser.add_argument(_option(field.name), action="store_true", **how)
        else:
            how["metavar"] = field.metadata["metavar"]
            parser.add_argument(_option(field.name), **how)
    _finish(parser, drive.add_fault)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _add_journal(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Show what a running cloud was asked and what it answered, oldest first. Bodies"
        " and tokens are not recorded."
    )
    parser.add_argument("--clear", action="store_true", help="forget it instead")
    parser.add_argument(
        "--follow", action="store_true", help="go on with what comes, until interrupted"
    )
    parser.add_argument(
        "--tail", type=_count, metavar="N", help="begin with the last N only"
    )
    parser.add_argument(
        "--path",
        metavar="PATTERN",
        help="only requests for this path, where * is any text: '/v2/images/*'",
    )
    _finish(parser, drive.journal, has_format=True)


def _add_clock(parser: argparse.ArgumentParser) -> None:
    parser.description = "Change a running cloud's time, if asked to, and show it."
    put = parser.add_mutually_exclusive_group()
    put.add_argument("--set", metavar="TIME", help="let it be TIME (ISO 8601)")
    put.add_argument(
        "--advance",
        type=_duration,
        metavar="TIME",
        help="go on by so many seconds, or by 90s, 5m, 12h, 1d, 1h30m",
    )
    stand = parser.add_mutually_exclusive_group()
    stand.add_argument(
        "--freeze", action="store_const", const=True, dest="frozen", help="stand still"
    )
    stand.add_argument(
        "--thaw", action="store_const", const=False, dest="frozen", help="go on"
    )
    _finish(parser, drive.clock, has_format=True)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text} is no number of requests")
    return int(text)


def _duration(text: str) -> float:
    """Return a number of seconds, said with or without units."""
    with contextlib.suppress(ValueError):
        return float(text)
    sign, said = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not _DURATION.fullmatch(said):
        raise argparse.ArgumentTypeError(f"{text!r} is no time: 90s, 5m, 12h, 1d")
    parts = _PART.findall(said)
    return sign * sum(float(number) * _UNITS_S[unit] for number, unit in parts)


def _finish(
    parser: argparse.ArgumentParser, run: Command, *, has_format: bool = False
) -> None:
    """Add the options that say which cloud is meant; set what runs the command."""
    if has_format:
        parser.add_argument("-f", "--format", choices=FORMATS, default=FORMATS[0])
    group = parser.add_argument_group(
        "the cloud", "$MOCKSERVER_CONTROL_URL, or the one that serves on this machine"
    )
    source = group.add_mutually_exclusive_group()
    source.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="what serve --ready-file wrote"
    )
    source.add_argument("--url", help="one of its services")
    group.add_argument(
        "--admin-password",
        metavar="PASSWORD",
        help="where it asks for one (default $MOCKSERVER_ADMIN_PASSWORD)",
    )
    parser.set_defaults(parser=parser, run=run)
