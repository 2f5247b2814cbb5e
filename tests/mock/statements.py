"""What a cloud asks of its database, as SQLite hears it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event

from mockserver.cloud import MockCloud


@contextlib.contextmanager
def note_queries(cloud: MockCloud) -> Iterator[list[str]]:
    """Yield a list that the SELECT statements of the block come into."""
    queries: list[str] = []
    traced: list[Any] = []

    def note(statement: str) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            queries.append(statement)

    def trace(connection: Any, *rest: Any) -> None:
        connection.set_trace_callback(note)
        traced.append(connection)

    with cloud.database.read() as db:
        engine = db.engine
    event.listen(engine, "checkout", trace)
    try:
        yield queries
    finally:
        event.remove(engine, "checkout", trace)
        for connection in traced:
            connection.set_trace_callback(None)
