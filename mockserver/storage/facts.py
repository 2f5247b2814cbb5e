"""What a database knows of the cloud it belongs to."""

from __future__ import annotations

from sqlalchemy import Connection

from mockserver.storage.repository import fetch, remove, store
from mockserver.storage.tables import FACTS


def recall(db: Connection, name: str) -> str | None:
    fact = fetch(db, FACTS, FACTS.c.name == name)
    return None if fact is None else str(fact["value"])


def remember(db: Connection, **facts: str) -> None:
    for name, value in facts.items():
        remove(db, FACTS, FACTS.c.name == name)
        store(db, FACTS, {"name": name, "value": value})
