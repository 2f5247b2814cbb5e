"""The users, projects and domains that a sign-in names, by id or by name.

Whatever does not exist is :class:`Unauthorized`, so that a sign-in does not tell who
there is. Source: Keystone 30 ``auth/core.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.keystone.errors import Invalid, Unauthorized
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import PROJECTS, USERS

if TYPE_CHECKING:
    from sqlalchemy import Connection


def find_user(db: Connection, named: dict[str, Any]) -> Record:
    """Return a user in an enabled domain.

    Raises :class:`Unauthorized`, and :class:`Invalid` for a name without a domain.
    """
    if named.get("name"):
        if "domain" not in named:
            raise Invalid.lacking("domain", "user")
        domain = find_domain(db, named["domain"])
        user = fetch(
            db,
            USERS,
            USERS.c.name == named["name"],
            USERS.c.domain_id == domain["id"],
        )
    else:
        user = fetch(db, USERS, USERS.c.id == named.get("id"))
        if user is not None:
            find_domain(db, {"id": user["domain_id"]})
    if user is None:
        raise Unauthorized
    return user


def find_domain(db: Connection, named: dict[str, Any]) -> Record:
    """Return an enabled domain; raises :class:`Unauthorized`."""
    key = "name" if named.get("name") else "id"
    domain = fetch(
        db,
        PROJECTS,
        PROJECTS.c[key] == named.get(key),
        PROJECTS.c.is_domain,
        PROJECTS.c.enabled,
    )
    if domain is None:
        raise Unauthorized
    return domain


def find_project(db: Connection, named: dict[str, Any]) -> Record:
    """Return an enabled project in an enabled domain.

    Raises :class:`Unauthorized`, and :class:`Invalid` for a name without a domain.
    """
    if named.get("name"):
        if "domain" not in named:
            raise Invalid.lacking("domain", "project")
        domain = find_domain(db, named["domain"])
        project = fetch(
            db,
            PROJECTS,
            PROJECTS.c.name == named["name"],
            PROJECTS.c.domain_id == domain["id"],
        )
    else:
        project = fetch(db, PROJECTS, PROJECTS.c.id == named.get("id"))
        if project is not None and project["domain_id"] is None:
            project = None  # the id of a domain does not name a project
        elif project is not None:
            find_domain(db, {"id": project["domain_id"]})
    if project is None or not project["enabled"]:
        raise Unauthorized
    return project
