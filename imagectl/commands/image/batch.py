"""What commands that transfer the data of images share: progress, and many at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from imagectl.api.client import Record
from imagectl.command import Command, Display
from imagectl.commands.image.options.transfers import spell_out_progress
from imagectl.errors import ImagectlError
from imagectl.output import MACHINE_FORMATS
from imagectl.transfer import jobs
from imagectl.transfer.progress import Progress, Report, ignore, show_progress

Item = TypeVar("Item")
Result = TypeVar("Result")


class TransferCommand(Command):
    """A command with ``--progress``, and with ``--jobs`` where it runs batches."""

    @classmethod
    def prepare_arguments(cls, arguments: Sequence[str]) -> list[str]:
        return spell_out_progress(arguments)

    def show_progress(
        self,
        args: argparse.Namespace,
        total_bytes: int | None,
        default: str = "bar",
        *,
        title: str = "",
        count: int = 1,
    ) -> AbstractContextManager[Progress]:
        """Show the progress of a transfer on stderr.

        ``default`` is the style where ``--progress`` is not given. ``title`` names what
        is moved; where it is several, they are ``count``. Nothing is shown with
        ``--quiet`` or where the output is for a program.
        """
        is_quiet = self.app.options.verbose_level == 0
        is_for_program = isinstance(self, Display) and args.formatter in MACHINE_FORMATS
        style = "none" if is_quiet or is_for_program else args.progress or default
        return show_progress(self.app.stderr, total_bytes, style, title, count)

    def run_batch(
        self,
        args: argparse.Namespace,
        items: Sequence[Item],
        act: Callable[[Item, Report], Result],
        *,
        title: Callable[[Item], str] | None = None,
        total_bytes: int | None = None,
    ) -> tuple[list[Result | None], list[int]]:
        """Call ``act`` with every item, ``--jobs`` of them at once, whatever fails.

        Failures are reported as they happen; where there are several items, ``title``
        gives what to begin the message with. Progress is shown if ``total_bytes`` is
        given.

        Returns the result for each item in their order, None where it failed, and the
        exit codes of the failures, for :meth:`summarize_failures`.
        """
        results: dict[int, Result] = {}
        codes: list[int] = []
        showing = (
            nullcontext(Progress(ignore, ignore))
            if total_bytes is None
            else self.show_progress(args, total_bytes, count=len(items))
        )
        with showing as progress:

            def act_named(numbered: tuple[int, Item], report: Report) -> Result:
                with progress.moving(title(numbered[1]) if title else ""):
                    return act(numbered[1], report)

            for (number, item), outcome in jobs.run(
                list(enumerate(items)), act_named, args.jobs, progress
            ):
                if not isinstance(outcome, Exception):
                    results[number] = outcome
                    continue
                if title and len(items) > 1 and isinstance(outcome, ImagectlError):
                    outcome.message = f"{title(item)}: {outcome.message}"
                codes.append(self.app.report(outcome))
        return [results.get(number) for number in range(len(items))], codes


def title_of(record: Record) -> str:
    """Return what to call an image in a message."""
    return str(record.get("name") or record["id"])


def total_size(records: Iterable[Record]) -> int:
    """Return the size in bytes of all images whose size is known."""
    return sum(record.get("size") or 0 for record in records)
