"""Stored records as Keystone answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Table


def shape(project: Record) -> Record:
    return {name: value for name, value in project.items() if name != "uniqueness"}


def show_change(table: Table, record: Record) -> Record:
    """Return a changed record as Keystone answers it: its extras a second time."""
    extra = {k: v for k, v in record.items() if k not in table.c and k != "tags"}
    return {**shape(record), "extra": extra}
