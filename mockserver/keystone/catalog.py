"""The service catalog that scoped tokens carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mockserver.storage.catalog import endpoints_of_project
from mockserver.storage.repository import Record, fetch_all
from mockserver.storage.tables import ENDPOINTS, SERVICES

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PLACE = re.compile(r"[$%]\((\w+)\)s")


def build_catalog(
    db: Connection, user_id: str, project_id: str | None
) -> list[dict[str, Any]]:
    """Return the enabled services with their enabled endpoints.

    An endpoint whose URL needs a project is left out of a token without one. A project
    that is kept to some endpoints has no service without one; source: Keystone 30
    ``catalog/backends/sql.py``.
    """
    values = {"user_id": user_id}
    if project_id is not None:
        values |= {"project_id": project_id, "tenant_id": project_id}
    endpoints: dict[str, list[dict[str, Any]]] = {}
    kept_to = endpoints_of_project(db, project_id) if project_id else []
    for endpoint in kept_to or fetch_all(db, ENDPOINTS, [ENDPOINTS.c.enabled]):
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
        if service["id"] in endpoints or not kept_to
    ]


def _show_endpoint(endpoint: Record, values: dict[str, str]) -> dict[str, Any] | None:
    if any(place not in values for place in _PLACE.findall(endpoint["url"])):
        return None
    shown = {k: v for k, v in endpoint.items() if k not in ("service_id", "enabled")}
    shown["url"] = _PLACE.sub(lambda match: values[match[1]], endpoint["url"])
    return {**shown, "region": endpoint["region_id"]}
