"""Tasks in the database: work that Glance does after it has answered."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    delete,
    or_,
    select,
    update,
)

from mockserver.storage.image_tables import TASKS
from mockserver.storage.repository import Record, fetch, fetch_all, store


def add_task(db: Connection, task: Record) -> None:
    store(db, TASKS, task)


def find_task(db: Connection, task_id: str) -> Record | None:
    return fetch(db, TASKS, TASKS.c.id == task_id)


def change_task(
    db: Connection, task_id: str, statuses: Collection[str], **values: Any
) -> bool:
    """Set columns of a task, if its status is one of ``statuses``; return whether."""
    of_task = (TASKS.c.id == task_id, TASKS.c.status.in_(statuses))
    return db.execute(update(TASKS).where(*of_task).values(**values)).rowcount == 1


def tasks_of_image(db: Connection, image_id: str) -> list[Record]:
    order = (TASKS.c.created_at, TASKS.c.id)
    return fetch_all(db, TASKS, [TASKS.c.image_id == image_id], order=order)


def ids_of_tasks(db: Connection, statuses: Collection[str]) -> list[str]:
    """Return the ids of all tasks whose status is one of ``statuses``."""
    statement = select(TASKS.c.id).where(TASKS.c.status.in_(statuses))
    return list(db.execute(statement).scalars())


def select_tasks(
    db: Connection,
    filters: dict[str, str],
    order: list[str],
    *,
    descends: bool,
    limit: int,
    marker: Record | None = None,
) -> list[Record]:
    """Return the tasks after ``marker``, sorted by the columns in ``order``.

    ``filters`` are the values that columns have to be equal to.
    """
    columns = [TASKS.c[name] for name in order]
    where = [TASKS.c[name] == value for name, value in filters.items()]
    if marker is not None:
        where.append(_is_after(marker, columns, descends=descends))
    sorting = [column.desc() if descends else column.asc() for column in columns]
    statement = select(TASKS).where(*where).order_by(*sorting).limit(limit)
    return [dict(row) for row in db.execute(statement).mappings()]


def _is_after(
    marker: Record, columns: list[Column[Any]], *, descends: bool
) -> ColumnElement[bool]:
    """Return the condition that a row comes after ``marker``, as tuples compare."""
    ways = []
    for place, column in enumerate(columns):
        value = marker[column.name]
        beyond = column < value if descends else column > value
        same = (before == marker[before.name] for before in columns[:place])
        ways.append(and_(*same, beyond))
    return or_(*ways)


def forget_tasks(db: Connection, expired_before: str) -> None:
    """Delete the tasks that expired before a time."""
    db.execute(delete(TASKS).where(TASKS.c.expires_at < expired_before))
