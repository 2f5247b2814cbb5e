"""The database of one cloud: a SQLite file, its tables and its transactions."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.exc import DBAPIError

from mockserver.storage import facts, image_tables, metadef_tables, tables

SCHEMA_VERSION = "3"
BUSY_TIMEOUT_S = 30
METADATA = (tables.METADATA, image_tables.METADATA, metadef_tables.METADATA)
_READER = {"mock_reader": True}


class UnknownSchema(Exception):
    """The database file was written by another version of the mock, or none."""


class BrokenDatabase(Exception):
    """The database cannot be read or written: the message says which and why."""


class Database:
    """A SQLite file, opened for many threads.

    Readers never wait for writers; writers wait for each other, at most
    ``BUSY_TIMEOUT_S`` seconds. Where ``durable`` is False a crash of the machine may
    corrupt the file, and writing is faster.
    """

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
        _begin_explicitly(self._engine, durable=durable)

    def create_tables(self, db: Connection) -> bool:
        """Create the tables that a file lacks; return whether it was new.

        Raises :class:`UnknownSchema` where its tables are of another version.
        """
        is_new = not sqlalchemy.inspect(db).has_table(tables.FACTS.name)
        if is_new:
            self._create_tables(db, checkfirst=False)
            facts.remember(db, schema_version=SCHEMA_VERSION)
        elif facts.recall(db, "schema_version") != SCHEMA_VERSION:
            raise UnknownSchema(
                f"{self.path} was written by another version of mockserver"
            )
        else:  # a resource that was added since the file was made has no table yet
            self._create_tables(db, checkfirst=True)
        return is_new

    def _create_tables(self, db: Connection, *, checkfirst: bool) -> None:
        for metadata in METADATA:
            metadata.create_all(db, checkfirst=checkfirst)

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction that may write; committed unless the block raises."""
        with self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def begin_at_start(self) -> Iterator[Connection]:
        """Open a transaction as :meth:`begin` does, while the cloud starts.

        Raises :class:`BrokenDatabase` for a file that is no database, that cannot be
        written, and for a full disk.
        """
        # it holds credentials; SQLite would let everybody read it
        self.path.touch(0o600)
        try:
            self._check_program()
            with self.begin() as db:
                yield db
        except (sqlite3.Error, DBAPIError) as error:
            reason = getattr(error, "orig", error)
            raise BrokenDatabase(f"{self.path}: {reason}") from error

    def _check_program(self) -> None:
        """Raise :class:`UnknownSchema` for another program's file, and leave it alone.

        A connection of the engine would change how the file keeps its journal.
        """
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            names = [name for (name,) in connection.execute(query)]
        if names and tables.FACTS.name not in names:
            raise UnknownSchema(f"{self.path} is a database of another program")

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, from one state of the data."""
        # taking a connection out of the engine's pool costs more than most reads
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
        """Delete every record, in a transaction of :meth:`begin`."""
        _empty(db)
        facts.remember(db, schema_version=SCHEMA_VERSION)

    def copy_to(self, path: Path) -> None:
        """Copy what is committed to a new file.

        The caller has to hold a transaction of :meth:`begin`, so that nothing is
        written meanwhile.
        """
        with (
            contextlib.closing(sqlite3.connect(self.path)) as here,
            contextlib.closing(sqlite3.connect(path)) as there,
        ):
            here.backup(there)

    def restore_from(self, db: Connection, path: Path) -> None:
        """Replace all records by those of a copy, in a transaction of :meth:`begin`."""
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
        """Close every connection."""
        while self._idle_readers:
            self._idle_readers.pop().close()
        self._engine.dispose()


def _tables() -> Iterator[Table]:
    for metadata in METADATA:
        yield from metadata.tables.values()


def _empty(db: Connection) -> None:
    for table in _tables():
        db.execute(table.delete())


def _begin_explicitly(engine: Engine, *, durable: bool) -> None:
    # The driver opens transactions late and upgrades them from reading to writing,
    # which fails if another writer came in between: so BEGIN is sent from here.
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
