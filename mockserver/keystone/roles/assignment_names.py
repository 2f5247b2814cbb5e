"""The names behind the ids of role assignments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mockserver.storage.repository import Record, fetch_all
from mockserver.storage.tables import GROUPS, PROJECTS, ROLES, USERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TABLES = {
    "user": USERS,
    "group": GROUPS,
    "project": PROJECTS,
    "domain": PROJECTS,
    "role": ROLES,
}


class Names:
    """The users, groups, roles, projects and domains that some assignments refer to.

    They are read at once: one query for each kind, one for further domains.
    """

    def __init__(self, db: Connection, assignments: Iterable[Record]) -> None:
        wanted: dict[str, set[str]] = {noun: set() for noun in _TABLES}
        for one in assignments:
            wanted.setdefault(one["actor"], set()).add(one["actor_id"])
            wanted.setdefault(one["target"], set()).add(one["target_id"])
            wanted["role"].add(one["role_id"])
        self._found = {
            noun: {
                record["id"]: record
                for record in fetch_all(db, table, [table.c.id.in_(wanted[noun])])
            }
            for noun, table in _TABLES.items()
        }
        domain_ids = {
            record["domain_id"]
            for noun in ("user", "group", "project", "role")
            for record in self._found[noun].values()
        }
        missing = domain_ids - set(self._found["domain"]) - {None}
        for domain in fetch_all(db, PROJECTS, [PROJECTS.c.id.in_(missing)]):
            self._found["domain"][domain["id"]] = domain

    def describe(self, noun: str, identifier: str) -> Record:
        """Return a record's id, name and domain; the name is empty if it is gone."""
        record = self._found[noun].get(identifier, {})
        named = {"id": identifier, "name": record.get("name", "")}
        domain_id = record.get("domain_id")
        if domain_id is not None:
            domain = self._found["domain"].get(domain_id, {})
            named["domain"] = {"id": domain_id, "name": domain.get("name", "")}
        return named
