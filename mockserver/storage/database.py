"""The database of one cloud: its engine, and a transaction a request."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event

from mockserver.storage import facts, image_tables, metadef_tables, tables

SCHEMA_VERSION = "3"
BUSY_TIMEOUT_S = 30
_READER = {"mock_reader": True}


class UnknownSchema(Exception):
    """A kept database was written by another version of the mock."""


class Database:
    """A SQLite file. Readers never wait for writers, writers wait for each other."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self.path = path
        self._engine = sqlalchemy.create_engine(
            f"sqlite:///{path}",
            connect_args={"timeout": BUSY_TIMEOUT_S},
            pool_size=16,
            max_overflow=-1,
        )
        self._reader = self._engine.execution_options(**_READER)
        _hold_transactions(self._engine, durable=durable)

    def create_tables(self) -> bool:
        """Make the tables and return True, or return False where they are.

        Raises :class:`UnknownSchema` where they are another version's.
        """
        with self._engine.begin() as connection:
            if not sqlalchemy.inspect(connection).has_table(tables.FACTS.name):
                for module in (tables, image_tables, metadef_tables):
                    module.METADATA.create_all(connection, checkfirst=False)
                facts.remember(connection, schema_version=SCHEMA_VERSION)
                return True
            version = facts.recall(connection, "schema_version")
        if version != SCHEMA_VERSION:
            raise UnknownSchema(
                f"{self.path} was written by another version of mockserver"
            )
        return False

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction that writes; committed unless the block raises."""
        with self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the data and changes nothing."""
        with self._reader.connect() as connection:
            connection.begin()
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def _hold_transactions(engine: Engine, *, durable: bool) -> None:
    # The driver opens transactions late and upgrades them from reading to writing,
    # which fails when another writer came in between: so we say BEGIN ourselves.
    def set_up(connection: Any, record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'NORMAL' if durable else 'OFF'}")
        cursor.close()

    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("mock_reader")
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN" if reads else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
