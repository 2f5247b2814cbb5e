"""Stored records turned into what Keystone answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Table


def without(record: Record, *names: str) -> Record:
    """Return a record without some of its attributes."""
    return {name: value for name, value in record.items() if name not in names}


def repeat_extras(table: Table, record: Record) -> Record:
    """Return a record with its extra attributes a second time, under ``extra``.

    Keystone answers so when a user or a project is changed. Extra are the attributes
    that have no column; ``tags``, which have a table of their own, are none.
    """
    extra = {k: v for k, v in record.items() if k not in table.c and k != "tags"}
    return {**record, "extra": extra}
