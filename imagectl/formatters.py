"""``-f``: how rows are written, and how nothing in them can do harm.

JSON and YAML hold every value exactly. The others are read by people, terminals,
spreadsheets and shells, for which some values are commands: these are escaped.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from cliff.columns import FormattableColumn
from cliff.formatters import commaseparated, json_format, table, value
from cliff.formatters.base import ListFormatter, SingleFormatter
from cliff.formatters.yaml_format import YAMLFormatter

from imagectl.output import escape

Row = Sequence[Any]
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_SHELL_SPECIAL = re.compile(r'(["$`\\])')


class _EscapedLists:
    """Cells of a list are shown with escapes for what could move the cursor."""

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
    """A table is for people: what could move the cursor is shown as an escape."""

    def emit_one(
        self,
        column_names: Sequence[str],
        data: Row,
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        names = [escape(name) for name in column_names]
        super().emit_one(names, _escaped(data), stdout, parsed_args)


class Value(_EscapedLists, value.ValueFormatter):
    """A row of a list stays one line; the value of a record is exact in a pipe."""

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


class JsonLines(ListFormatter):
    """``-f jsonl``: one JSON object a line, written as the rows arrive."""

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        """It has no options of its own."""

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


class Shell(SingleFormatter):
    """``-f shell``: assignments that a shell evaluates to the values, and no more."""

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
        for name, content in zip(column_names, map(_plain, data), strict=True):
            variable = re.sub(r"\W", "_", name.lower(), flags=re.ASCII)
            quoted = _SHELL_SPECIAL.sub(r"\\\1", str(content))
            shown = escape(quoted) if stdout.isatty() else quoted
            stdout.write(f'{parsed_args.prefix}{variable}="{shown}"\n')


def _plain(cell: Any) -> Any:
    return cell.machine_readable() if isinstance(cell, FormattableColumn) else cell


def _escaped(row: Row) -> Row:
    return [escape(cell) if isinstance(cell, str) else cell for cell in row]


def _without_formulas(row: Row) -> Row:
    return [
        f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
        for cell in row
    ]


LIST_FORMATTERS: dict[str, type[Any]] = {
    "csv": Csv,
    "json": json_format.JSONFormatter,
    "jsonl": JsonLines,
    "table": Table,
    "value": Value,
    "yaml": YAMLFormatter,
}
SHOW_FORMATTERS: dict[str, type[Any]] = {
    "json": json_format.JSONFormatter,
    "shell": Shell,
    "table": Table,
    "value": Value,
    "yaml": YAMLFormatter,
}
