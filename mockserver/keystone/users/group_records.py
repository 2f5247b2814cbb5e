"""The rules of creating and changing groups.

Source: Keystone 30 ``identity/core.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagectl.contract.identity import GROUP
from mockserver.keystone.errors import Conflict, Invalid, NotFound
from mockserver.storage.repository import (
    DuplicateRecord,
    Record,
    exists,
    replace,
    store,
)
from mockserver.storage.tables import GROUPS, PROJECTS

if TYPE_CHECKING:
    from sqlalchemy import Connection


def add_group(db: Connection, asked: Record) -> Record:
    """Store a new group, whose ``id`` and ``domain_id`` are given, and return it.

    Raises :class:`NotFound` for a domain that does not exist, :class:`Conflict` for a
    name that is taken in it, and :class:`Invalid` for a name that is too long.
    """
    domain_id = asked["domain_id"]
    if not exists(db, PROJECTS, PROJECTS.c.id == domain_id, PROJECTS.c.is_domain):
        raise NotFound.of("domain", domain_id)
    group = _with_clean_name({"description": "", **asked})
    try:
        store(db, GROUPS, group)
    except DuplicateRecord:
        raise _conflict(group["name"], f" at domain ID {domain_id}") from None
    return group


def change_group(db: Connection, group: Record, changes: Record) -> Record:
    """Store changes of a group and return the changed group.

    Raises :class:`Conflict` and :class:`Invalid`.
    """
    if changes.get("domain_id", group["domain_id"]) != group["domain_id"]:
        raise Invalid("Cannot change Domain ID")
    changed = _with_clean_name({**group, **changes})
    try:
        replace(db, GROUPS, changed)
    except DuplicateRecord:
        raise _conflict(changed["name"], "") from None
    return changed


def _with_clean_name(group: Record) -> Record:
    """Return a group with its name stripped; raises :class:`Invalid` if too long."""
    name: str = group["name"].strip()
    limit = GROUP.field("name").max_length or 0
    if len(name) > limit:
        raise Invalid.too_long("name", name, limit)
    return {**group, "name": name}


def _conflict(name: str, place: str) -> Conflict:
    return Conflict.storing("group", f"Duplicate entry found with name {name}{place}")
