"""The roles that users have on a target, implied and inherited ones included."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    false,
    or_,
    select,
    true,
)

from mockserver.storage.groups import groups_of
from mockserver.storage.prepared import Prepared
from mockserver.storage.repository import Record
from mockserver.storage.tables import ASSIGNMENTS, IMPLIED_ROLES, PROJECTS, ROLES

SYSTEM = "system"
"""The id of the one system that roles are assigned on."""


def ancestors_of(project_id: str) -> CTE:
    """Select the ids of a project's parents, the domain last."""
    above = select(PROJECTS.c.parent_id.label("id")).where(PROJECTS.c.id == project_id)
    chain = above.cte("ancestors", recursive=True)
    further = select(PROJECTS.c.parent_id).join(chain, PROJECTS.c.id == chain.c.id)
    return chain.union(further.where(PROJECTS.c.parent_id.is_not(None)))


def is_held_by(user_id: str) -> ColumnElement[bool]:
    """Return the condition of assignments to a user, or to a group with the user."""
    held = ASSIGNMENTS.c
    return or_(
        and_(held.actor == "user", held.actor_id == user_id),
        and_(held.actor == "group", held.actor_id.in_(groups_of(user_id))),
    )


def _direct_roles(user_id: str, target: str, target_id: str) -> Select[Any]:
    held = ASSIGNMENTS.c
    on_target = and_(
        held.target == target, held.target_id == target_id, held.inherited == false()
    )
    reaches = on_target
    if target == "project":
        above = select(ancestors_of(target_id).c.id)
        reaches = or_(
            on_target, and_(held.inherited == true(), held.target_id.in_(above))
        )
    return select(held.role_id.label("id")).where(is_held_by(user_id), reaches)


def _roles_on(target: str) -> Select[Any]:
    user_id: Any = bindparam("user_id")
    target_id: Any = bindparam("target_id")
    held = _direct_roles(user_id, target, target_id).cte("held", recursive=True)
    implied = select(IMPLIED_ROLES.c.implied_role_id).join(
        held, IMPLIED_ROLES.c.prior_role_id == held.c.id
    )
    held = held.union(implied)
    return (
        select(ROLES.c.id, ROLES.c.name)
        .join(held, ROLES.c.id == held.c.id)
        .where(ROLES.c.domain_id.is_(None))
        .order_by(ROLES.c.name)
    )


_ROLES_ON = {
    target: Prepared(partial(_roles_on, target))
    for target in ("project", "domain", SYSTEM)
}


def effective_roles(
    db: Connection, user_id: str, target: str, target_id: str
) -> list[Record]:
    """Return id and name of every role that a user has on a target.

    ``target`` is project, domain or system. A role that belongs to a domain is not
    among them, but the roles that it implies are, as in Keystone.
    """
    return _ROLES_ON[target].fetch(db, user_id=user_id, target_id=target_id)
