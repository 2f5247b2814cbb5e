"""Listings of projects: all of them, or those of a user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
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
    if user_id is not None:
        found = client.list(PROJECT, query, marker=marker, path=_path(user_id))
        yield from islice((p for p in found if _is_wanted(p, query)), limit)
        return
    try:
        yield from client.list(PROJECT, query, limit=limit, marker=marker)
    except AccessError as error:
        own_id = client.session.access.user_id
        if error.status != 403 or query or own_id is None:
            raise
        yield from client.list(PROJECT, limit=limit, path=_path(own_id))


def _is_wanted(project: Record, query: Mapping[str, Any]) -> bool:
    """Return whether a project meets the filters that a user's listing ignores.

    It has none by parent and tags (Keystone 30, ``api/users.py``); their meaning is
    that of the listing of all projects (``resource/backends/sql.py``).
    """
    own = set(project.get("tags") or ())
    given = {
        name: set(query[name].split(","))
        for name in ("tags", "tags-any", "not-tags", "not-tags-any")
        if name in query
    }
    return (
        query.get("parent_id") in (None, project.get("parent_id"))
        and given.get("tags", set()) <= own
        and not ("tags-any" in given and given["tags-any"].isdisjoint(own))
        and not ("not-tags" in given and given["not-tags"] <= own)
        and given.get("not-tags-any", set()).isdisjoint(own)
    )


def _path(user_id: str) -> str:
    return f"/users/{quote(user_id)}/projects"
