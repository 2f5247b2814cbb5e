"""Role assignments: as they were made, and as they take effect.

An assignment is a record of the table ``assignment``. An effective one that follows
from another also has the reason: ``source``, the kind and id of the domain or project
that it is inherited from; ``group_id``, the group that the user has it through; or
``prior_role_id``, the role that implies this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from mockserver.storage.grants import SYSTEM, ancestors_of, is_held_by
from mockserver.storage.groups import users_in
from mockserver.storage.projects import subtree_of
from mockserver.storage.repository import Record, fetch_all
from mockserver.storage.tables import ASSIGNMENTS, IMPLIED_ROLES, ROLES


def list_assignments(
    db: Connection,
    *,
    user_id: str | None = None,
    group_id: str | None = None,
    role_id: str | None = None,
    target: str | None = None,
    target_ids: Iterable[str] | None = None,
    inherited: bool | None = None,
    through_groups: bool = False,
) -> list[Record]:
    """Return the assignments that were made and meet every condition that is given.

    ``target`` is project, domain or system. With ``through_groups``, those of a user
    include those of the user's groups.
    """
    held = ASSIGNMENTS.c
    where: list[ColumnElement[bool]] = []
    if user_id is not None and through_groups:
        where.append(is_held_by(user_id))
    elif user_id is not None:
        where += [held.actor == "user", held.actor_id == user_id]
    if group_id is not None:
        where += [held.actor == "group", held.actor_id == group_id]
    if role_id is not None:
        where.append(held.role_id == role_id)
    if target is not None:
        where.append(held.target == target)
    if target_ids is not None:
        where.append(held.target_id.in_(target_ids))
    if inherited is not None:
        where.append(held.inherited == inherited)
    return fetch_all(db, ASSIGNMENTS, where)


def list_effective(
    db: Connection,
    *,
    user_id: str | None = None,
    role_id: str | None = None,
    domain_id: str | None = None,
    project_ids: list[str] | None = None,
    inherited: bool | None = None,
) -> list[Record]:
    """Return the assignments that take effect on domains and projects.

    Assignments on the system are left out, as Keystone 30 ``assignment/core.py`` does.
    """
    found: list[Record] = []
    if inherited is not True:
        found += _direct(db, user_id, domain_id, project_ids)
    if inherited is not False and domain_id is None:
        found += _inherited(db, user_id, project_ids)
    found = _with_implied(db, _with_members(db, found, user_id))
    global_ids = set(
        db.execute(select(ROLES.c.id).where(ROLES.c.domain_id.is_(None))).scalars()
    )
    return [
        one
        for one in found
        if one["role_id"] in global_ids and role_id in (None, one["role_id"])
    ]


def _direct(
    db: Connection,
    user_id: str | None,
    domain_id: str | None,
    project_ids: list[str] | None,
) -> list[Record]:
    who: dict[str, Any] = {
        "user_id": user_id,
        "inherited": False,
        "through_groups": True,
    }
    if domain_id is not None:
        return list_assignments(
            db,
            **who,
            target="domain",
            target_ids=[domain_id],
        )
    if project_ids is not None:
        return list_assignments(
            db,
            **who,
            target="project",
            target_ids=project_ids,
        )
    made = list_assignments(db, **who)
    return [one for one in made if one["target"] != SYSTEM]


def _inherited(
    db: Connection, user_id: str | None, project_ids: list[str] | None
) -> list[Record]:
    """Return what projects inherit: one assignment for each project below a target."""
    sources: set[str] | None = None
    if project_ids is not None:
        sources = set()
        for project_id in project_ids:
            sources |= set(db.execute(select(ancestors_of(project_id).c.id)).scalars())
    made = list_assignments(
        db, user_id=user_id, target_ids=sources, inherited=True, through_groups=True
    )
    spread = []
    for one in made:
        for project in subtree_of(db, one["target_id"]):
            if project_ids is None or project["id"] in project_ids:
                source = one["target"], one["target_id"]
                reached = {"target": "project", "target_id": project["id"]}
                spread.append({**one, **reached, "inherited": False, "source": source})
    return spread


def _with_members(
    db: Connection, assignments: list[Record], user_id: str | None
) -> list[Record]:
    """Replace each group's assignment by one for each member, or for ``user_id``."""
    found = []
    for one in assignments:
        if one["actor"] == "user":
            found.append(one)
            continue
        group_id = one["actor_id"]
        members = [user_id] if user_id else db.execute(users_in(group_id)).scalars()
        for member_id in members:
            held = {"actor": "user", "actor_id": member_id, "group_id": group_id}
            found.append({**one, **held})
    return found


def _with_implied(db: Connection, assignments: list[Record]) -> list[Record]:
    implied: dict[str, list[str]] = {}
    for rule in fetch_all(db, IMPLIED_ROLES):
        implied.setdefault(rule["prior_role_id"], []).append(rule["implied_role_id"])
    found: list[Record] = []
    waiting = list(assignments)
    while waiting:
        one = waiting.pop(0)
        if one in found:
            continue
        found.append(one)
        for role_id in implied.get(one["role_id"], ()):
            waiting.append({**one, "role_id": role_id, "prior_role_id": one["role_id"]})
    return found
