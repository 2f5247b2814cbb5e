"""Listings of projects: all of them, or those of a user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagectl.api.client import Client, Record, quote
from imagectl.contract.identity import PROJECT
from imagectl.errors import AccessError


def list_projects(
    client: Client,
    query: Mapping[str, Any],
    *,
    user_id: str | None = None,
    limit: int | None = None,
    marker: str | None = None,
) -> Iterator[Record]:
    """Yield the projects that ``query`` selects, those of one user with ``user_id``.

    A user who may not list the projects of the cloud gets their own, unless a filter
    is given: then raises :class:`AccessError`.
    """
    path = None if user_id is None else _path(user_id)
    try:
        yield from client.list(PROJECT, query, limit=limit, marker=marker, path=path)
    except AccessError as error:
        own_id = client.session.access.user_id
        if error.status != 403 or path or query or own_id is None:
            raise
        path = _path(own_id)
        yield from client.list(PROJECT, query, limit=limit, path=path)


def _path(user_id: str) -> str:
    return f"/users/{quote(user_id)}/projects"
