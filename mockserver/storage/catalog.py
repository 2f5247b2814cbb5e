"""Endpoints by their addresses."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, update

from mockserver.storage.tables import ENDPOINTS


def move_urls(db: Connection, old: str, new: str) -> None:
    """Rewrite the endpoints at ``old``, or below it, to ``new``."""
    if not old or old == new:
        return
    url = ENDPOINTS.c.url
    below = func.substr(url, 1, len(old) + 1) == old + "/"
    moved = new + func.substr(url, len(old) + 1)
    db.execute(update(ENDPOINTS).where(or_(url == old, below)).values(url=moved))
