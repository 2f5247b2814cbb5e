"""Statements of hot paths: compiled to text once and sent to SQLite directly.

SQLAlchemy's expressions take longer to build and to look up in its cache than SQLite
takes to answer them. Statements that most requests need are built once here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

_DIALECT = sqlite.dialect(paramstyle="named")


class Prepared:
    """A SELECT that is built once and sent with other parameters each time.

    ``build`` returns the statement, with a ``bindparam`` for each parameter. It is
    called when the statement is first sent.
    """

    def __init__(self, build: Callable[[], Select[Any]]) -> None:
        self._build = build

    @cached_property
    def _statement(self) -> Select[Any]:
        return self._build()

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, Any]]:
        compiled = self._statement.compile(
            dialect=_DIALECT, compile_kwargs={"render_postcompile": True}
        )
        return compiled.string, dict(compiled.params)

    @cached_property
    def _columns(self) -> tuple[tuple[str, ...], tuple[tuple[int, Any], ...]]:
        """Names of the columns, and by position what converts values of some types."""
        columns = list(self._statement.selected_columns)
        processors = []
        for position, column in enumerate(columns):
            kind = column.type.dialect_impl(_DIALECT)
            if processor := kind.result_processor(_DIALECT, None):
                processors.append((position, processor))
        return tuple(column.name for column in columns), tuple(processors)

    def fetch(self, db: Connection, **parameters: Any) -> list[dict[str, Any]]:
        """Send the statement and return its rows, each as a dictionary by column."""
        text, constants = self._compiled
        names, processors = self._columns
        driver: Any = db.connection.driver_connection
        rows = []
        for found in driver.execute(text, {**constants, **parameters}):
            values = list(found)
            for position, processor in processors:
                values[position] = processor(values[position])
            rows.append(dict(zip(names, values, strict=True)))
        return rows
