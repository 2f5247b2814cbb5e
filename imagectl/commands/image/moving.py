"""What commands that move data share: how it is shown, and many images at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from imagectl.command import Command
from imagectl.commands import options
from imagectl.errors import ImagectlError
from imagectl.output import MACHINE_FORMATS
from imagectl.transfer import jobs
from imagectl.transfer.progress import STYLES, Report, show_progress

Item = TypeVar("Item")
Result = TypeVar("Result")


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
    returned is what came of the others.
    """
    results: list[Result] = []
    with progress_of(command, args, total_bytes) as report:
        found = jobs.run(
            items, lambda item, report: act(item[1], report), args.jobs, report
        )
        for (title, _), outcome in found:
            if isinstance(outcome, Exception):
                command.app.report(_titled(outcome, title))
            else:
                results.append(outcome)
    return results


def tell(command: Command, count: int, total: int, what: str) -> int:
    """Say how many were moved, and return the exit code for that."""
    if count < total or command.app.options.verbose_level:
        command.app.say(f"{count} of {total} {what}")
    return int(count < total)


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
