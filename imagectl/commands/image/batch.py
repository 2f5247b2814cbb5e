"""What commands that move data share: how it is shown, and many images at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from imagectl.api.client import Record
from imagectl.command import Command, common_code
from imagectl.commands.options import common as options
from imagectl.errors import ImagectlError
from imagectl.output import MACHINE_FORMATS
from imagectl.transfer import jobs
from imagectl.transfer.progress import STYLES, Report, ignore, show_progress

Item = TypeVar("Item")
Result = TypeVar("Result")


def add_store_preference(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store-preference",
        dest="stores",
        metavar="<store>",
        action="append",
        default=[],
        help="Store to read an image from if it can (repeat for a second choice)",
    )


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Add ``--progress [bar|plain|none]``.

    ``openstack`` has it without a value: what follows it is its value only if it is
    one of ours, and otherwise the name of an image.
    """
    parser.add_argument(
        "--progress",
        metavar="{" + ",".join(STYLES) + "}",
        nargs="?",
        choices=STYLES,
        const="bar",
        help="Show how far it is: with a bar, as on a terminal unasked, or with a plain"
        " line every few seconds",
    )
    parse = parser.parse_known_args

    def parse_known_args(
        args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        return parse(None if args is None else _spell_out(args), namespace)

    parser.parse_known_args = parse_known_args  # type: ignore[method-assign,assignment]


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        metavar="<count>",
        type=options.positive,
        default=4,
        help="How many images to move at once (default: 4)",
    )


def progress_of(
    command: Command, args: argparse.Namespace, total_bytes: int | None
) -> AbstractContextManager[Report]:
    """Show progress on stderr, unless nobody is to see it."""
    is_quiet = command.app.options.verbose_level == 0
    is_for_program = getattr(args, "formatter", None) in MACHINE_FORMATS
    style = "none" if is_quiet or is_for_program else args.progress or "bar"
    return show_progress(command.app.stderr, total_bytes, style)


def move_all(
    command: Command,
    args: argparse.Namespace,
    items: Sequence[tuple[str, Item]],
    act: Callable[[Item, Report], Result],
    total_bytes: int | None,
) -> list[Result]:
    """Call ``act`` with every item, ``--jobs`` at once.

    Failures are reported as they happen, each with its item's title if it has one;
    returned is what came of the others, in their order. Progress is shown where there
    is a total.
    """
    results: dict[int, Result] = {}
    is_shown = total_bytes is not None
    shown = progress_of(command, args, total_bytes) if is_shown else nullcontext(ignore)
    with shown as report:
        found = jobs.run(
            list(enumerate(items)),
            lambda numbered, report: act(numbered[1][1], report),
            args.jobs,
            report,
        )
        for (number, (title, _)), outcome in found:
            if isinstance(outcome, Exception):
                command.app.report(_titled(outcome, title))
            else:
                results[number] = outcome
    return [results[number] for number in sorted(results)]


def tell(command: Command, count: int, total: int, what: str) -> int:
    """Say how many were moved, and return the exit code for that."""
    if count < total or command.app.options.verbose_level:
        command.app.say(f"{count} of {total} {what}")
    return int(count < total)


def move_each(
    command: Command,
    args: argparse.Namespace,
    records: Sequence[Record],
    act: Callable[[Record, Report], Result],
) -> tuple[list[tuple[Record, Result | None]], int]:
    """Call ``act`` with every image, ``--jobs`` at once.

    Returns what came of each, in their order, ``None`` where it failed, and the exit
    code of the failures, which are reported as they happen.
    """
    total_bytes = sum(record.get("size") or 0 for record in records)
    outcomes: dict[str, Result] = {}
    codes: list[int] = []
    with progress_of(command, args, total_bytes) as report:
        for record, outcome in jobs.run(records, act, args.jobs, report):
            if isinstance(outcome, Exception):
                title = record["name"] or record["id"] if len(records) > 1 else ""
                codes.append(command.app.report(_titled(outcome, title)))
            else:
                outcomes[record["id"]] = outcome
    if len(records) > 1 and codes:
        command.app.say(f"{len(codes)} of {len(records)} failed")
    return [(one, outcomes.get(one["id"])) for one in records], common_code(codes)


def _titled(error: Exception, title: str) -> Exception:
    if isinstance(error, ImagectlError) and title:
        error.message = f"{title}: {error.message}"
    return error


def _spell_out(args: Sequence[str]) -> list[str]:
    spelt: list[str] = []
    for arg in args:
        if spelt and spelt[-1] == "--progress":
            spelt[-1] = "--progress=bar"
            if arg in STYLES:
                spelt[-1] = f"--progress={arg}"
                continue
        spelt.append(arg)
    return spelt
