"""Records as dictionaries: the few SQL statements that every noun needs.

A table with a column ``extra`` stores there what a record has no column for. A record
that is read has these attributes first, as Keystone lists them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

Record = dict[str, Any]
"""A row of a table, by the names of the API's attributes."""


class DuplicateRecord(Exception):
    """A record cannot be stored: another one has the same id or unique value."""


def unpack(row: RowMapping) -> Record:
    """Return the record that a row holds, with its ``extra`` attributes first."""
    record = dict(row)
    return {**(record.pop("extra", None) or {}), **record}


def pack(table: Table, record: Record) -> Record:
    """Return the values of a table's columns that a record is stored as."""
    columns = table.columns
    packed = {name: value for name, value in record.items() if name in columns}
    if "extra" in columns:
        packed["extra"] = {k: v for k, v in record.items() if k not in columns}
    return packed


def fetch(db: Connection, table: Table, *where: ColumnElement[bool]) -> Record | None:
    """Return the first record that meets all conditions, None if there is none."""
    row = db.execute(select(table).where(*where)).mappings().first()
    return None if row is None else unpack(row)


def fetch_all(
    db: Connection,
    table: Table,
    where: Iterable[ColumnElement[bool]] = (),
    *,
    order: Iterable[ColumnElement[Any]] = (),
    limit: int | None = None,
) -> list[Record]:
    """Return the records that meet all conditions, at most ``limit`` of them."""
    statement = select(table).where(*where).order_by(*order).limit(limit)
    return [unpack(row) for row in db.execute(statement).mappings()]


def exists(db: Connection, table: Table, *where: ColumnElement[bool]) -> bool:
    return db.execute(select(1).select_from(table).where(*where)).first() is not None


def count(db: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(table).where(*where)
    return int(db.execute(statement).scalar_one())


def store(db: Connection, table: Table, record: Record) -> None:
    """Insert a record. Raises :class:`DuplicateRecord`."""
    try:
        db.execute(insert(table), pack(table, record))
    except IntegrityError as error:
        raise DuplicateRecord(str(error.orig)) from error


def replace(db: Connection, table: Table, record: Record) -> None:
    """Overwrite the record with the same id. Raises :class:`DuplicateRecord`."""
    statement = update(table).where(table.c.id == record["id"])
    try:
        db.execute(statement, pack(table, record))
    except IntegrityError as error:
        raise DuplicateRecord(str(error.orig)) from error


def remove(db: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    """Delete the records that meet all conditions; return how many there were."""
    return db.execute(delete(table).where(*where)).rowcount
