"""The output formats of ``-f``, safe to print whatever a value contains.

JSON and YAML print every value exactly. The other formats are read by terminals,
spreadsheets and shells, which take some characters for commands: these are escaped.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from cliff.columns import FormattableColumn
from cliff.formatters import commaseparated, json_format, table, value
from cliff.formatters.base import ListFormatter, SingleFormatter
from cliff.formatters.yaml_format import YAMLFormatter

from imagectl.output import escape

logger = logging.getLogger(__name__)

Row = Sequence[Any]
MIN_CELL_WIDTH = 8
"""cliff makes no cell narrower than this."""
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_SHELL_SPECIAL = re.compile(r'(["$`\\])')


class _EscapedLists:
    """A mixin that escapes control characters in the cells of a list."""

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Row],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        rows = map(_escaped, data)
        super().emit_list(  # type: ignore[misc]
            column_names, rows, stdout, parsed_args
        )


class Table(_EscapedLists, table.TableFormatter):
    """``-f table``: control characters, which could move the cursor, are escaped.

    A listing with more columns than a terminal has room for is shown record by record.
    """

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        for name in ("CLIFF_FIT_WIDTH", "CLIFF_MAX_TERM_WIDTH"):
            _forget_unless_number(name)
        super().add_argument_group(parser)

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Row],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        rows = list(data)
        is_free = stdout.isatty() and parsed_args.max_width <= 0
        room = shutil.get_terminal_size().columns
        if not is_free or least_width(column_names, rows) <= room:
            super().emit_list(column_names, rows, stdout, parsed_args)
            return
        for row in rows:
            self.emit_one(column_names, row, stdout, parsed_args)

    def emit_one(
        self,
        column_names: Sequence[str],
        data: Row,
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        names = [escape(name) for name in column_names]
        super().emit_one(names, _escaped(data), stdout, parsed_args)


def _forget_unless_number(name: str) -> None:
    """Take a variable away that cliff would take for a number, and that is none."""
    value = os.environ.get(name, "0")
    if not value.strip().isdecimal():
        del os.environ[name]
        if value:
            logger.warning("%s is no whole number, and ignored: %s", name, value)


class Value(_EscapedLists, value.ValueFormatter):
    """``-f value``: values only.

    Control characters are escaped in lists, so that a row is one line. The values of a
    single record are escaped on a terminal only, and exact in a pipe.
    """

    def emit_one(
        self,
        column_names: Sequence[str],
        data: Row,
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        shown = _escaped(data) if stdout.isatty() else data
        super().emit_one(column_names, shown, stdout, parsed_args)


class Csv(commaseparated.CSVLister):
    """``-f csv``, with ``--safe-csv`` for spreadsheets."""

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        super().add_argument_group(parser)
        parser.add_argument(
            "--safe-csv",
            action="store_true",
            help="with -f csv, put ' before what is a formula to a spreadsheet",
        )

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Row],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        is_safe = parsed_args.safe_csv
        rows: Iterable[Row] = map(_without_formulas, data) if is_safe else data
        if is_safe or stdout.isatty():
            rows = map(_escaped, rows)
        super().emit_list(column_names, rows, stdout, parsed_args)


class Json(json_format.JSONFormatter):
    """``-f json``. A listing is written at once: its tokens one by one take longer."""

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Row],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        text = io.StringIO()
        super().emit_list(column_names, data, text, parsed_args)
        stdout.write(text.getvalue())


class JsonLines(ListFormatter):
    """``-f jsonl``: one JSON object per line, written as soon as its row arrives."""

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        """Add no options."""

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Row],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        for row in data:
            cells = dict(zip(column_names, map(_plain, row), strict=True))
            stdout.write(json.dumps(cells) + "\n")


class ShellVariables(SingleFormatter):
    """``-f shell``: assignments in which a shell expands or runs nothing."""

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        group = parser.add_argument_group(
            title="shell formatter",
            description='a format a UNIX shell can parse (variable="value")',
        )
        group.add_argument(
            "--prefix", default="", help="add a prefix to all variable names"
        )

    def emit_one(
        self,
        column_names: Sequence[str],
        data: Row,
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        names = variables(parsed_args.prefix, column_names)
        for name, content in zip(names, map(_plain, data), strict=True):
            quoted = _SHELL_SPECIAL.sub(r"\\\1", str(content))
            shown = escape(quoted) if stdout.isatty() else quoted
            stdout.write(f'{name}="{shown}"\n')


def variables(prefix: str, names: Iterable[str]) -> list[str]:
    """Return the names of shell variables for columns, each another.

    Where two columns would have the same, the later one gets a number.
    """
    taken: list[str] = []
    for name in names:
        plain = re.sub(r"\W", "_", prefix + name.lower(), flags=re.ASCII) or "_"
        variable = candidate = f"_{plain}" if plain[0].isdigit() else plain
        number = 2
        while candidate in taken:
            candidate = f"{variable}_{number}"
            number += 1
        taken.append(candidate)
    return taken


def _plain(cell: Any) -> Any:
    return cell.machine_readable() if isinstance(cell, FormattableColumn) else cell


def least_width(column_names: Sequence[str], rows: Sequence[Row]) -> int:
    """Return how wide a table is at least: cliff wraps cells, but no titles."""
    width = 1
    for number, name in enumerate(column_names):
        longest = max((len(str(_shown(row[number]))) for row in rows), default=0)
        width += max(len(name), min(longest, MIN_CELL_WIDTH)) + len("|  ")
    return width


def _shown(cell: Any) -> Any:
    return cell.human_readable() if isinstance(cell, FormattableColumn) else cell


def _escaped(row: Row) -> Row:
    return [escape(cell) if isinstance(cell, str) else cell for cell in row]


def _without_formulas(row: Row) -> Row:
    return [
        f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
        for cell in row
    ]


LIST_FORMATTERS: dict[str, type[Any]] = {
    "csv": Csv,
    "json": Json,
    "jsonl": JsonLines,
    "table": Table,
    "value": Value,
    "yaml": YAMLFormatter,
}
SHOW_FORMATTERS: dict[str, type[Any]] = {
    "json": json_format.JSONFormatter,
    "shell": ShellVariables,
    "table": Table,
    "value": Value,
    "yaml": YAMLFormatter,
}
