"""Turn records into the rows, columns and cells that cliff's formatters print.

A cell that is a ``FormattableColumn`` has two forms: ``human_readable`` for tables,
``machine_readable`` for JSON and YAML. The formatter takes the one that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cliff.columns import FormattableColumn

from imagectl.contract import Field, Resource

Attributes = Mapping[str, Any]
"""The attributes of a record, or some of them, by their names."""
MACHINE_FORMATS = ("json", "jsonl", "yaml")

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape(text: str) -> str:
    """Return ``text`` with control and direction characters written as escapes."""
    return _CONTROL.sub(lambda found: ascii(found.group())[1:-1], text)


class ListCell(FormattableColumn[Sequence[Any]]):
    """A list, in tables as ``a, b``."""

    def human_readable(self) -> str:
        return escape(", ".join(str(item) for item in self._value))


class MappingCell(FormattableColumn[Mapping[str, Any]]):
    """A mapping, in tables as ``a='1', b='2'``, sorted by key."""

    def human_readable(self) -> str:
        pairs = sorted(self._value.items())
        return escape(", ".join(f"{key}='{item}'" for key, item in pairs)) or "{}"


def drop_empty_import_properties(properties: Attributes) -> dict[str, Any]:
    """Return the properties of an image without empty ones named ``os_glance_*``.

    Glance leaves these on an image when an import has finished.
    """
    return {
        key: content
        for key, content in properties.items()
        if content or not key.startswith("os_glance_")
    }


class PropertiesCell(MappingCell):
    """The cell in the row ``properties`` of an image.

    ``properties`` are those of the image. ``internals`` are the attributes that have
    no row in tables, such as ``os_hash_value``: machine formats have them in here too,
    as with ``openstack`` 10.5.
    """

    def __init__(self, properties: Attributes, internals: Attributes) -> None:
        super().__init__(drop_empty_import_properties(properties))
        self._all = {**internals, **properties}

    def machine_readable(self) -> dict[str, Any]:
        return self._all


def cell(content: Any) -> Any:
    """Return the cell for a value: lists and mappings are wrapped, others are not."""
    if isinstance(content, str):  # most are, and asking for a mapping is slow
        return content
    if isinstance(content, Mapping):
        return MappingCell(content)
    if isinstance(content, (list, tuple)):
        return ListCell(list(content))
    return content


def format_size(size_bytes: int) -> str:
    """Return a size such as ``1.5G``, in powers of 1000, as ``openstack`` 10.5 does."""
    size, units = float(size_bytes), iter(" KMGTPEZ")
    unit = next(units)
    while size >= 1000:
        size, unit = size / 1000, next(units)
    return f"{size:.1f}".removesuffix(".0") + unit.strip()


def format_timing(requests: Sequence[tuple[str, str, float]]) -> str:
    """Return the table of ``--timing``: requests, the seconds of each, and the sum.

    Each request is its method, its URL, and the seconds that it took.
    """
    total_s = sum(seconds for _, _, seconds in requests)
    timed = [(f"{method} {url}", seconds) for method, url, seconds in requests]
    lines = [*timed, (f"Total ({len(timed)} requests)", total_s)]
    width = max(len(title) for title, _ in lines)
    head = f"{'Request':<{width}}  Seconds\n"
    return head + "".join(f"{title:<{width}}  {s:7.3f}\n" for title, s in lines)


def rows(resource: Resource, record: Attributes) -> dict[str, Any]:
    """Return all rows of a record for ``show``, by name, in the order of printing.

    The rows that every table shows come first, then the others.
    """
    named = {
        field.row: record.get(field.name)
        for field in _in_row_order(resource)
        if field.shown != "never"
    }
    return {**named, **_extra_rows(resource, record)}


def default_rows(resource: Resource, record: Attributes) -> list[str]:
    """Return the names of the rows that a table shows without ``--long`` or ``-c``."""
    names = [
        field.row
        for field in _in_row_order(resource)
        if field.shown == "always" or (field.shown == "set" and record.get(field.name))
    ]
    extras = extra_attributes(resource, record)
    if resource.extras == "properties" and drop_empty_import_properties(extras):
        names.append("properties")
    elif resource.extras == "rows":
        names += sorted(extras)
    return names


def extra_attributes(resource: Resource, record: Attributes) -> dict[str, Any]:
    """Return the attributes of a record that are not fields of the resource.

    ``links`` and ``extra``, which Keystone adds to records, are left out.
    """
    added = {"links", "extra"} if resource.service == "identity" else set()
    return {
        key: content
        for key, content in record.items()
        if key not in added and not resource.has(key)
    }


def _extra_rows(resource: Resource, record: Attributes) -> dict[str, Any]:
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
