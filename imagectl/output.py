"""How values become cells, and records become rows.

A cell prints in one way for people and in another for programs: cliff asks a
``FormattableColumn`` for the one that the chosen format wants.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cliff.columns import FormattableColumn

from imagectl.contract import Field, Resource

Record = Mapping[str, Any]
MACHINE_FORMATS = ("json", "jsonl", "yaml")

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape(text: str) -> str:
    """Return ``text`` with control and direction characters written as escapes."""
    return _CONTROL.sub(lambda found: ascii(found.group())[1:-1], text)


class ListCell(FormattableColumn[Sequence[Any]]):
    def human_readable(self) -> str:
        return escape(", ".join(str(item) for item in self._value))


class MappingCell(FormattableColumn[Mapping[str, Any]]):
    def human_readable(self) -> str:
        pairs = sorted(self._value.items())
        return escape(", ".join(f"{key}='{item}'" for key, item in pairs)) or "{}"


def telling(properties: Record) -> dict[str, Any]:
    """Return the properties without those that an import of Glance left empty."""
    return {
        key: content
        for key, content in properties.items()
        if content or not key.startswith("os_glance_")
    }


class PropertiesCell(MappingCell):
    """What was set on an image for people; for programs, as ``openstack`` 10.5 has it,
    also the attributes of the service that have no row in its tables.
    """

    def __init__(self, properties: Record, internals: Record) -> None:
        super().__init__(telling(properties))
        self._all = {**internals, **properties}

    def machine_readable(self) -> dict[str, Any]:
        return self._all


def cell(content: Any) -> Any:
    """Return what a formatter takes for one value of a record."""
    if isinstance(content, Mapping):
        return MappingCell(content)
    if isinstance(content, (list, tuple)):
        return ListCell(list(content))
    return content


def format_size(size_bytes: int) -> str:
    """Return a size in units of 1000 with one digit, as ``openstack`` 10.5 does."""
    size, units = float(size_bytes), iter(" KMGTPEZ")
    unit = next(units)
    while size >= 1000:
        size, unit = size / 1000, next(units)
    return f"{size:.1f}".removesuffix(".0") + unit.strip()


def format_timing(exchanges: Sequence[tuple[str, str, float]]) -> str:
    """Return a table of requests and the seconds that each took, with their sum."""
    total_s = sum(seconds for _, _, seconds in exchanges)
    timed = [(f"{method} {url}", seconds) for method, url, seconds in exchanges]
    lines = [*timed, (f"Total ({len(timed)} requests)", total_s)]
    width = max(len(what) for what, _ in lines)
    head = f"{'Request':<{width}}  Seconds\n"
    return head + "".join(f"{what:<{width}}  {s:7.3f}\n" for what, s in lines)


def rows(resource: Resource, record: Record) -> dict[str, Any]:
    """Return every row that ``record`` can show, by its name, in order.

    The rows of the documents come first, then the others that the resource has.
    """
    named = {
        field.row: record.get(field.name)
        for field in _in_row_order(resource)
        if field.shown != "never"
    }
    return {**named, **_extra_rows(resource, record)}


def default_rows(resource: Resource, record: Record) -> list[str]:
    """Return the names of the rows that a table shows unasked."""
    names = [
        field.row
        for field in _in_row_order(resource)
        if field.shown == "always" or (field.shown == "set" and record.get(field.name))
    ]
    extras = extra_attributes(resource, record)
    if resource.extras == "properties" and telling(extras):
        names.append("properties")
    elif resource.extras == "rows":
        names += sorted(extras)
    return names


def extra_attributes(resource: Resource, record: Record) -> dict[str, Any]:
    """Return the attributes of ``record`` that the contract does not know."""
    own = {"links", "extra"} if resource.service == "identity" else set()
    return {
        key: content
        for key, content in record.items()
        if key not in own and not resource.has(key)
    }


def _extra_rows(resource: Resource, record: Record) -> dict[str, Any]:
    extras = extra_attributes(resource, record)
    if resource.extras == "properties":
        internals = {
            field.name: record[field.name]
            for field in resource.fields
            if field.shown == "long" and record.get(field.name) is not None
        }
        return {"properties": PropertiesCell(extras, internals)}
    return dict(sorted(extras.items())) if resource.extras == "rows" else {}


def _in_row_order(resource: Resource) -> list[Field]:
    fields = resource.fields
    if resource.service == "image":
        fields = tuple(sorted(fields, key=lambda field: field.name))
    return sorted(fields, key=lambda field: field.shown != "always")
