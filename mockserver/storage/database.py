"""The database of one cloud: its engine, and a transaction a request."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, Table, event

from mockserver.storage import facts, image_tables, metadef_tables, tables

SCHEMA_VERSION = "3"
BUSY_TIMEOUT_S = 30
METADATA = (tables.METADATA, image_tables.METADATA, metadef_tables.METADATA)
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
        self._idle_readers: list[Connection] = []
        _hold_transactions(self._engine, durable=durable)

    def create_tables(self, db: Connection) -> bool:
        """Make the tables and return True, or return False where they are.

        Raises :class:`UnknownSchema` where they are another version's.
        """
        if not sqlalchemy.inspect(db).has_table(tables.FACTS.name):
            for metadata in METADATA:
                metadata.create_all(db, checkfirst=False)
            facts.remember(db, schema_version=SCHEMA_VERSION)
            return True
        if facts.recall(db, "schema_version") != SCHEMA_VERSION:
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
        # to take a connection out of the pool costs more than most reads
        try:
            connection = self._idle_readers.pop()
        except IndexError:
            connection = self._reader.connect()
        try:
            with connection.begin():
                yield connection
        finally:
            self._idle_readers.append(connection)

    def clear(self, db: Connection) -> None:
        """Forget every record, in a transaction that writes."""
        _empty(db)
        facts.remember(db, schema_version=SCHEMA_VERSION)

    def copy_to(self, path: Path) -> None:
        """Write what is committed to a file; a transaction that writes holds it."""
        with (
            contextlib.closing(sqlite3.connect(self.path)) as here,
            contextlib.closing(sqlite3.connect(path)) as there,
        ):
            here.backup(there)

    def become(self, db: Connection, path: Path) -> None:
        """Hold the records of a copy, and no others, in a transaction that writes."""
        _empty(db)
        driver: Any = db.connection.driver_connection
        with contextlib.closing(sqlite3.connect(path)) as copy:
            for table in _tables():
                values = ", ".join("?" * len(table.columns))
                rows = copy.execute(f'SELECT * FROM "{table.name}"')
                driver.executemany(
                    f'INSERT INTO "{table.name}" VALUES ({values})', rows
                )

    def close(self) -> None:
        while self._idle_readers:
            self._idle_readers.pop().close()
        self._engine.dispose()


def _tables() -> Iterator[Table]:
    for metadata in METADATA:
        yield from metadata.tables.values()


def _empty(db: Connection) -> None:
    for table in _tables():
        db.execute(table.delete())


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
