"""Conditions on a table's columns, and on the attributes kept in ``extra``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Table, func

FALSE_WORDS = ("0", "f", "false", "off", "n", "no")
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def compares(
    column: ColumnElement[Any], comparator: str, value: str
) -> ColumnElement[bool]:
    """Return a comparison, which null never meets.

    Raises KeyError for a comparator that is not in ``COMPARISONS``.
    """
    compared: ColumnElement[bool] = COMPARISONS[comparator](column, value)
    return compared


def equals(table: Table, name: str, value: str) -> ColumnElement[bool]:
    """Return the condition that an attribute has a value; flags are read as words."""
    column = _column(table, name)
    if isinstance(column.type, Boolean):
        return column == (value.lower() not in FALSE_WORDS)
    return column == value


def matches(
    table: Table, name: str, comparator: str, value: str
) -> ColumnElement[bool] | None:
    """Return a text comparison: contains, startswith or endswith.

    A comparator with an ``i`` before it ignores case. Returns None for any other.
    """
    column = _column(table, name)
    if comparator.startswith("i"):
        column, value, comparator = func.lower(column), value.lower(), comparator[1:]
    if comparator == "contains":
        return func.instr(column, value) > 0
    if comparator == "startswith":
        return func.substr(column, 1, len(value)) == value
    if comparator == "endswith":
        return func.substr(column, -len(value)) == value
    return None


def _column(table: Table, name: str) -> ColumnElement[Any]:
    if name in table.columns:
        return table.columns[name]
    extra: ColumnElement[Any] = table.c.extra[name].as_string()
    return extra
