"""Groups, and the users in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from mockserver.storage import repository
from mockserver.storage.tables import ASSIGNMENTS, GROUPS, MEMBERSHIPS


def groups_of(user_id: str) -> Select[Any]:
    """Select the ids of the groups that a user is in."""
    member = MEMBERSHIPS.c
    return select(member.group_id).where(member.user_id == user_id)


def users_in(group_id: str) -> Select[Any]:
    """Select the ids of the users in a group."""
    member = MEMBERSHIPS.c
    return select(member.user_id).where(member.group_id == group_id)


def _membership(group_id: str, user_id: str) -> list[ColumnElement[bool]]:
    return [MEMBERSHIPS.c.group_id == group_id, MEMBERSHIPS.c.user_id == user_id]


def is_member(db: Connection, group_id: str, user_id: str) -> bool:
    return repository.exists(db, MEMBERSHIPS, *_membership(group_id, user_id))


def add_member(db: Connection, group_id: str, user_id: str) -> None:
    """Add a user to a group, unless the user is in it already."""
    if not is_member(db, group_id, user_id):
        member = {"group_id": group_id, "user_id": user_id}
        repository.store(db, MEMBERSHIPS, member)


def remove_member(db: Connection, group_id: str, user_id: str) -> None:
    repository.remove(db, MEMBERSHIPS, *_membership(group_id, user_id))


def remove_group(db: Connection, group_id: str) -> None:
    """Delete a group, its memberships and its role assignments."""
    held = ASSIGNMENTS.c
    repository.remove(db, MEMBERSHIPS, MEMBERSHIPS.c.group_id == group_id)
    repository.remove(db, ASSIGNMENTS, held.actor == "group", held.actor_id == group_id)
    repository.remove(db, GROUPS, GROUPS.c.id == group_id)
