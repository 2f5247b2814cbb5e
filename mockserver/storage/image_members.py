"""Projects that an image is shared with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection

from mockserver.storage import repository
from mockserver.storage.image_tables import MEMBERS
from mockserver.storage.repository import Record


def _is_member(image_id: str, member_id: str) -> list[ColumnElement[bool]]:
    return [MEMBERS.c.image_id == image_id, MEMBERS.c.member_id == member_id]


def find_member(db: Connection, image_id: str, member_id: str) -> Record | None:
    return repository.fetch(db, MEMBERS, *_is_member(image_id, member_id))


def list_members(db: Connection, image_id: str) -> list[Record]:
    """Return the members of an image in the order they were added."""
    where = [MEMBERS.c.image_id == image_id]
    return repository.fetch_all(db, MEMBERS, where, order=[MEMBERS.c.number])


def count_members(db: Connection, image_id: str) -> int:
    return repository.count(db, MEMBERS, MEMBERS.c.image_id == image_id)


def add_member(db: Connection, member: dict[str, Any]) -> None:
    """Share an image with a project.

    Raises :class:`~mockserver.storage.repository.DuplicateRecord` if it is already.
    """
    repository.store(db, MEMBERS, member)


def set_member_status(
    db: Connection, image_id: str, member_id: str, status: str, now: str
) -> None:
    where = _is_member(image_id, member_id)
    db.execute(MEMBERS.update().where(*where), {"status": status, "updated_at": now})


def remove_member(db: Connection, image_id: str, member_id: str) -> None:
    repository.remove(db, MEMBERS, *_is_member(image_id, member_id))
