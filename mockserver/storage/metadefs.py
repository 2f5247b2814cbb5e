"""Metadata definitions: namespaces and their parts; listings of both by pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from mockserver.storage import repository
from mockserver.storage.metadef_tables import (
    ASSOCIATIONS,
    NAMESPACES,
    OBJECTS,
    PROPERTIES,
    RESOURCE_TYPES,
    TAGS,
)
from mockserver.storage.repository import Record, unpack


@dataclass
class Page:
    """Which page of a listing is wanted: ``marker`` is the record before it."""

    sort_key: str = "created_at"
    sort_dir: Literal["asc", "desc"] = "desc"
    limit: int | None = None
    marker: Record | None = None


def find_namespace(db: Connection, name: str) -> Record | None:
    return repository.fetch(db, NAMESPACES, NAMESPACES.c.namespace == name)


def list_namespaces(
    db: Connection,
    page: Page,
    *,
    sees_all: bool,
    owner: str | None,
    visibility: str | None = None,
    resource_types: list[str] | None = None,
) -> list[Record]:
    """Return namespaces that are public or of ``owner``; all where ``sees_all``.

    ``resource_types`` are names, one of which a namespace has to be associated with.
    """
    where: list[ColumnElement[bool]] = []
    if not sees_all:
        is_public = NAMESPACES.c.visibility == "public"
        where.append(
            or_(is_public, NAMESPACES.c.owner == owner) if owner else is_public
        )
    if visibility is not None:
        where.append(NAMESPACES.c.visibility == visibility)
    if resource_types is not None:
        named = (
            select(ASSOCIATIONS.c.namespace_id)
            .join(
                RESOURCE_TYPES, RESOURCE_TYPES.c.id == ASSOCIATIONS.c.resource_type_id
            )
            .where(RESOURCE_TYPES.c.name.in_(resource_types))
        )
        where.append(NAMESPACES.c.id.in_(named))
    return _fetch_page(db, NAMESPACES, where, page)


def list_tags(db: Connection, namespace_id: int, page: Page) -> list[Record]:
    return _fetch_page(db, TAGS, [TAGS.c.namespace_id == namespace_id], page)


def sort_keys_of(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _fetch_page(
    db: Connection, table: Table, where: list[ColumnElement[bool]], page: Page
) -> list[Record]:
    keys = ["created_at", "id"]
    if page.sort_key not in keys:
        keys.insert(0, page.sort_key)
    is_down = page.sort_dir == "desc"
    columns = [table.c[key] for key in keys]
    if page.marker is not None:
        where = [*where, _is_after(table, keys, page.marker, is_down=is_down)]
    order = [column.desc() if is_down else column.asc() for column in columns]
    return repository.fetch_all(db, table, where, order=order, limit=page.limit)


def _is_after(
    table: Table, keys: list[str], marker: Record, *, is_down: bool
) -> ColumnElement[bool]:
    alternatives: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for key in keys:
        column, value = table.c[key], marker[key]
        if value is None:
            continue  # as oslo.db does: null compares with nothing
        beyond = column < value if is_down else column > value
        alternatives.append(and_(*equal, beyond))
        equal.append(column == value)
    return or_(*alternatives)


def add_namespace(db: Connection, namespace: Record) -> int:
    """Store a namespace and return its number.

    Raises :class:`~mockserver.storage.repository.DuplicateRecord` for a known name, as
    all functions here do that store something.
    """
    repository.store(db, NAMESPACES, namespace)
    stored = find_namespace(db, namespace["namespace"]) or {}
    return int(stored["id"])


def update_record(db: Connection, table: Table, record: Record, now: str) -> None:
    """Overwrite a record, if it changed, and set its ``updated_at`` to ``now``."""
    old = repository.fetch(db, table, table.c.id == record["id"])
    if old != record:
        repository.replace(db, table, {**record, "updated_at": now})


def remove_namespace(db: Connection, namespace_id: int) -> None:
    for table in (OBJECTS, PROPERTIES, TAGS, ASSOCIATIONS):
        repository.remove(db, table, table.c.namespace_id == namespace_id)
    repository.remove(db, NAMESPACES, NAMESPACES.c.id == namespace_id)


def list_parts(db: Connection, table: Table, namespace_id: int) -> list[Record]:
    """Return objects or properties in the order of their names, as Glance does."""
    where = [table.c.namespace_id == namespace_id]
    return repository.fetch_all(db, table, where, order=[table.c.name])


def find_part(
    db: Connection, table: Table, namespace_id: int, name: str
) -> Record | None:
    is_named = table.c.name == name
    return repository.fetch(db, table, table.c.namespace_id == namespace_id, is_named)


def add_part(db: Connection, table: Table, part: Record) -> None:
    """Store an object, property or tag."""
    repository.store(db, table, part)


def remove_part(db: Connection, table: Table, part: Record) -> None:
    repository.remove(db, table, table.c.id == part["id"])


def remove_parts(db: Connection, table: Table, namespace_id: int) -> None:
    repository.remove(db, table, table.c.namespace_id == namespace_id)


def list_resource_types(db: Connection) -> list[Record]:
    return repository.fetch_all(db, RESOURCE_TYPES, order=[RESOURCE_TYPES.c.id])


def find_resource_type(db: Connection, name: str) -> Record | None:
    return repository.fetch(db, RESOURCE_TYPES, RESOURCE_TYPES.c.name == name)


def list_associations(db: Connection, namespace_id: int) -> list[Record]:
    """Return a namespace's associations, with the resource type's name as ``name``."""
    statement = (
        select(ASSOCIATIONS, RESOURCE_TYPES.c.name)
        .join(RESOURCE_TYPES, RESOURCE_TYPES.c.id == ASSOCIATIONS.c.resource_type_id)
        .where(ASSOCIATIONS.c.namespace_id == namespace_id)
        .order_by(ASSOCIATIONS.c.resource_type_id)
    )
    return [unpack(row) for row in db.execute(statement).mappings()]


def associate(db: Connection, association: Record) -> None:
    """Store an association, and the resource type it names if that is new."""
    name = association["name"]
    if find_resource_type(db, name) is None:
        repository.store(db, RESOURCE_TYPES, association)
    found = find_resource_type(db, name) or {}
    record = {**association, "resource_type_id": found["id"]}
    repository.store(db, ASSOCIATIONS, record)


def dissociate(db: Connection, association: Record) -> None:
    repository.remove(
        db,
        ASSOCIATIONS,
        ASSOCIATIONS.c.namespace_id == association["namespace_id"],
        ASSOCIATIONS.c.resource_type_id == association["resource_type_id"],
    )
