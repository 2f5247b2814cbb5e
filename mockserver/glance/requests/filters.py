"""Values of listing filters; source: Glance 33 ``common/utils.py``."""

from __future__ import annotations

import re

from mockserver.glance.errors import BadRequest
from mockserver.glance.times import parse_time

_ITEM = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,')
_TIME_OPERATORS = ("gt", "gte", "lt", "lte", "eq", "neq")


def split_operator(value: str) -> tuple[str, str]:
    """Split ``gt:2014-03-21`` into operator and operand; without one it is ``eq``.

    A value that is a time as a whole has no operator: its colons are its own.
    """
    left, colon, right = value.partition(":")
    if not colon:
        return "eq", value
    try:
        parse_time(value)
    except ValueError:
        return left, right
    return "eq", value


def parse_text_filter(value: str) -> tuple[str, str | tuple[str, ...]]:
    """Return operator and operand: one text, or the list after ``in:``.

    Raises :class:`BadRequest` for other operators.
    """
    operator, operand = split_operator(value)
    if operator == "in":
        return operator, tuple(split_list(operand))
    if operator != "eq":
        raise BadRequest(f"Unable to filter by unknown operator '{operator}'.")
    return operator, operand


def parse_time_filter(name: str, value: str) -> tuple[str, str]:
    """Return operator and time, as stored, of the filter on the attribute ``name``.

    Raises :class:`BadRequest`.
    """
    operator, operand = split_operator(value)
    try:
        instant = parse_time(operand)
    except ValueError:
        raise BadRequest(
            f'Bad "{name}" query filter format. Use ISO 8601 DateTime notation.'
        ) from None
    if operator not in _TIME_OPERATORS:
        raise BadRequest("Unable to filter on a unknown operator.")
    return operator, instant


def split_list(value: str) -> list[str]:
    """Split a comma-separated list whose items may be in double quotes.

    Raises :class:`BadRequest` for quotes that are not closed, or inside an item.
    """
    _check_quotes(value)
    return [quoted or plain for quoted, plain in _ITEM.findall(value)]


def _check_quotes(value: str) -> None:
    is_open = False
    for match in re.finditer(r'(?<!\\)"', value):
        start, end = match.span()
        if not is_open and start and value[start - 1] != ",":
            raise _bad_list(value, "There is no comma before opening quotation mark.")
        if is_open and end < len(value) and value[end] != ",":
            raise _bad_list(value, "There is no comma after closing quotation mark.")
        is_open = not is_open
    if is_open:
        raise _bad_list(value, "The quote is not closed.")


def _bad_list(value: str, reason: str) -> BadRequest:
    return BadRequest(f"Invalid filter value {value}. {reason}")
