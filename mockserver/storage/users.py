"""Changes to users that follow from the deletion of something else."""

from __future__ import annotations

from sqlalchemy import Connection, update

from mockserver.storage.tables import USERS


def clear_default_project(db: Connection, project_id: str) -> None:
    """Unset the default project of all users whose default it is."""
    of_project = USERS.c.default_project_id == project_id
    db.execute(update(USERS).where(of_project).values(default_project_id=None))
