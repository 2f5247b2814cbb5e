"""Endpoints by address and by project, and the catalog that a token carries."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from mockserver.storage.repository import Record, fetch_all
from mockserver.storage.tables import ENDPOINTS, PROJECT_ENDPOINTS, PROJECTS, SERVICES

_PLACE = re.compile(r"[$%]\((\w+)\)s")


def move_urls(db: Connection, old: str, new: str) -> None:
    """Replace ``old`` by ``new`` in endpoints whose URL is ``old`` or below it."""
    if not old or old == new:
        return
    url = ENDPOINTS.c.url
    below = func.substr(url, 1, len(old) + 1) == old + "/"
    moved = new + func.substr(url, len(old) + 1)
    db.execute(update(ENDPOINTS).where(or_(url == old, below)).values(url=moved))


def endpoints_of_project(db: Connection, project_id: str) -> list[Record]:
    """Return the endpoints that a project's catalog is limited to, if it is."""
    pairs = PROJECT_ENDPOINTS.c
    ids = select(pairs.endpoint_id).where(pairs.project_id == project_id)
    return fetch_all(db, ENDPOINTS, [ENDPOINTS.c.id.in_(ids)])


def projects_of_endpoint(db: Connection, endpoint_id: str) -> list[Record]:
    """Return the projects whose limited catalog has an endpoint."""
    pairs = PROJECT_ENDPOINTS.c
    ids = select(pairs.project_id).where(pairs.endpoint_id == endpoint_id)
    return fetch_all(db, PROJECTS, [PROJECTS.c.id.in_(ids)])


def build_catalog(
    db: Connection, user_id: str, project_id: str | None
) -> list[dict[str, Any]]:
    """Return the enabled services with their enabled endpoints, as a token has them.

    An endpoint whose URL contains the project's id is left out where ``project_id`` is
    None. Where the project's catalog is limited to some endpoints, services without one
    of them are left out. Source: Keystone 30 ``catalog/backends/sql.py``.
    """
    values = {"user_id": user_id}
    if project_id is not None:
        values |= {"project_id": project_id, "tenant_id": project_id}
    endpoints: dict[str, list[dict[str, Any]]] = {}
    limited_to = endpoints_of_project(db, project_id) if project_id else []
    for endpoint in limited_to or fetch_all(db, ENDPOINTS, [ENDPOINTS.c.enabled]):
        if not endpoint["enabled"]:
            continue
        if shown := _show_endpoint(endpoint, values):
            endpoints.setdefault(endpoint["service_id"], []).append(shown)
    return [
        {
            "endpoints": endpoints.get(service["id"], []),
            "id": service["id"],
            "type": service["type"],
            "name": service.get("name", ""),
        }
        for service in fetch_all(db, SERVICES, [SERVICES.c.enabled])
        if service["id"] in endpoints or not limited_to
    ]


def _show_endpoint(endpoint: Record, values: dict[str, str]) -> dict[str, Any] | None:
    if any(place not in values for place in _PLACE.findall(endpoint["url"])):
        return None
    shown = {k: v for k, v in endpoint.items() if k not in ("service_id", "enabled")}
    shown["url"] = _PLACE.sub(lambda match: values[match[1]], endpoint["url"])
    return {**shown, "region": endpoint["region_id"]}
