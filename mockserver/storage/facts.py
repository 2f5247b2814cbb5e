"""Facts: a table of names and values about the cloud that the database belongs to.

It holds what a restart or a reset needs and no record of a service says: the version of
the schema, the default domain, the administrator's id, the ids that the cloud began
with and the addresses that its endpoints had last.
"""

from __future__ import annotations

from sqlalchemy import Connection

from mockserver.storage.repository import fetch, remove, store
from mockserver.storage.tables import FACTS


def recall(db: Connection, name: str) -> str | None:
    """Return the value of a fact, None if there is none of this name."""
    fact = fetch(db, FACTS, FACTS.c.name == name)
    return None if fact is None else str(fact["value"])


def remember(db: Connection, **facts: str) -> None:
    """Store facts, by name, in place of those of the same name."""
    for name, value in facts.items():
        remove(db, FACTS, FACTS.c.name == name)
        store(db, FACTS, {"name": name, "value": value})
