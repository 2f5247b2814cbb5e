"""The SQL statements that a cloud sends to SQLite."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, event

from mockserver.cloud import MockCloud


@contextlib.contextmanager
def note_queries(cloud: MockCloud) -> Iterator[list[str]]:
    """Yield a list that collects the SELECT statements of the block."""
    queries: list[str] = []
    traced: list[Any] = []

    def note(statement: str) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            queries.append(statement)

    def trace(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(note)
        traced.append(driver)

    with cloud.state.database.read() as db:
        engine = db.engine
    event.listen(engine, "begin", trace)
    try:
        yield queries
    finally:
        event.remove(engine, "begin", trace)
        for driver in traced:
            driver.set_trace_callback(None)
