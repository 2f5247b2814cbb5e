"""``doctor``: check configuration, sign-in and services, and suggest repairs."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from cliff.formatters.base import ListFormatter

from imagectl.api.diagnosis import CHECKS, examine
from imagectl.command import Lister, common_code
from imagectl.formatters import LIST_FORMATTERS
from imagectl.output import escape

WIDTH = max(len(title) for title in CHECKS)
COLUMNS = ("Status", "Check", "Detail", "Fix")


class Findings(ListFormatter):
    """``-f text``: a line for each check, printed once it is made."""

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        """Add no options."""

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        for row in data:
            cells = dict(zip(column_names, row, strict=True))
            fix = cells.pop("Fix", "")
            told = "  ".join(f"{text:<{WIDTHS.get(n, 0)}}" for n, text in cells.items())
            told += f"; to mend it: {fix}" if fix else ""
            stdout.write(escape(told.rstrip()) + "\n")


WIDTHS = {"Status": 4, "Check": WIDTH}


class Doctor(Lister):
    """Check configuration, sign-in and services, and say what to mend

    The exit code is that of what fails: 2 for a configuration that is wrong, 3 for a
    sign-in that is refused, 6 for a service that cannot be reached; 1 if several that
    differ do.
    """

    formatters = {"text": Findings, **LIST_FORMATTERS}
    formatter_default = "text"

    def column_names(self) -> Sequence[str]:
        return COLUMNS

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        return self.table(columns, self.findings(columns))

    def findings(self, columns: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield a row for each check; the exit code is known after the last."""
        codes = []
        for found in examine(lambda: self.cloud, os.environ):
            codes.append(found.exit_code)
            detail, fix = (" ".join(t.split()) for t in (found.detail, found.fix))
            cells = dict(
                zip(COLUMNS, (found.status, found.title, detail, fix), strict=True)
            )
            yield [cells[column] for column in columns]
        self.exit_code = common_code(codes)
