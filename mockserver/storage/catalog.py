"""Endpoints by their addresses and their projects."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select, update

from mockserver.storage.repository import Record, fetch_all
from mockserver.storage.tables import ENDPOINTS, PROJECT_ENDPOINTS, PROJECTS


def move_urls(db: Connection, old: str, new: str) -> None:
    """Rewrite the endpoints at ``old``, or below it, to ``new``."""
    if not old or old == new:
        return
    url = ENDPOINTS.c.url
    below = func.substr(url, 1, len(old) + 1) == old + "/"
    moved = new + func.substr(url, len(old) + 1)
    db.execute(update(ENDPOINTS).where(or_(url == old, below)).values(url=moved))


def endpoints_of_project(db: Connection, project_id: str) -> list[Record]:
    """Return the endpoints that a project's catalog is kept to, none for all."""
    pairs = PROJECT_ENDPOINTS.c
    ids = select(pairs.endpoint_id).where(pairs.project_id == project_id)
    return fetch_all(db, ENDPOINTS, [ENDPOINTS.c.id.in_(ids)])


def projects_of_endpoint(db: Connection, endpoint_id: str) -> list[Record]:
    pairs = PROJECT_ENDPOINTS.c
    ids = select(pairs.project_id).where(pairs.endpoint_id == endpoint_id)
    return fetch_all(db, PROJECTS, [PROJECTS.c.id.in_(ids)])
