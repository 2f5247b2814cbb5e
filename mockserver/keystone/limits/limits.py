"""Limits of single projects and domains: ``/v3/limits``.

Source: Keystone 30 ``api/limits.py``, ``limit/core.py`` and its flat model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.unified_limits import LIMIT
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Conflict, Forbidden, NotFound
from mockserver.keystone.limits.registered_limits import (
    AMOUNT,
    check_references,
    find_registered,
    several_of,
)
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.records import without
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import (
    Record,
    exists,
    fetch,
    remove,
    replace,
    store,
)
from mockserver.storage.tables import LIMITS, PROJECTS, REGIONS, SERVICES

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

FILTERS = ("service_id", "region_id", "resource_name", "project_id", "domain_id")
MODEL = {
    "name": "flat",
    "description": (
        "Limit enforcement and validation does not take project hierarchy into"
        " consideration."
    ),
}
_REQUIRED = ["service_id", "resource_name", "resource_limit"]
_REFERENCES = {"service_id": SERVICES, "region_id": REGIONS, "project_id": PROJECTS}
_PROPERTIES = {
    **properties_of(LIMIT),
    "service_id": {"type": "string", "format": "uuid"},
    "resource_limit": AMOUNT,
}
_OWNER = {"type": "string"}
check_query = Check(
    {
        "type": "object",
        "properties": {
            name: {**_PROPERTIES[name], **(_OWNER if "_id" in name else {})}
            for name in FILTERS
        },
    }
)
check_creation = Check(
    several_of(
        LIMIT,
        {
            "type": "object",
            "properties": _PROPERTIES,
            "required": _REQUIRED,
            "oneOf": [
                {"required": [*_REQUIRED, "domain_id"]},
                {"required": [*_REQUIRED, "project_id"]},
            ],
            "additionalProperties": False,
        },
    )
)
check_change = Check(
    body_of(
        LIMIT,
        {name: _PROPERTIES[name] for name in ("resource_limit", "description")},
        additionalProperties=False,
    )
)


class Limits:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("list_limits")
            check_query(req.params)
            resp.media = list_records(
                call,
                LIMIT,
                LIMITS,
                FILTERS,
                shape=shape_limit,
                is_visible=lambda limit: _is_visible(call, limit),
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_limits")
            asked = [_resolve_owner(call, limit) for limit in call.body["limits"]]
            added = [_add(call, limit) for limit in asked]
            shown = [call.link(LIMIT, shape_limit(limit)) for limit in added]
            resp.media = {LIMIT.collection: shown}
        resp.status = falcon.HTTP_201

    def on_get_model(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_limit_model")
            resp.media = {"model": MODEL}

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, limit_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_limit", _target(call, limit_id))
            resp.media = call.show(LIMIT, shape_limit(_find(call, limit_id)))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, limit_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            call.authenticate()
            limit = _find(call, limit_id)
            call.enforce("update_limit")
            # Keystone ignores changes to 0, null and ""
            limit |= {k: v for k, v in call.body["limit"].items() if v}
            replace(call.db, LIMITS, limit)
            resp.media = call.show(LIMIT, shape_limit(limit))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, limit_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.authenticate()
            _find(call, limit_id)
            call.enforce("delete_limit")
            remove(call.db, LIMITS, LIMITS.c.id == limit_id)
        resp.status = falcon.HTTP_204


def shape_limit(limit: Record) -> Record:
    """Return a limit as it is shown."""
    return without(limit, "registered_limit_id")


def _resolve_owner(call: Call, asked: Record) -> Record:
    """Return a limit with its owner; the id of a domain may come as ``project_id``.

    Raises :class:`~mockserver.keystone.errors.Invalid` for a service, a region or an
    owner that does not exist.
    """
    check_references(call.db, asked, _REFERENCES, "limit")
    limit = {"project_id": None, "domain_id": None, **asked}
    if exists(
        call.db, PROJECTS, PROJECTS.c.id == limit["project_id"], PROJECTS.c.is_domain
    ):
        limit = {**limit, "project_id": None, "domain_id": limit["project_id"]}
    check_references(call.db, limit, {"domain_id": PROJECTS}, "limit")
    return limit


def _add(call: Call, asked: Record) -> Record:
    """Store a new limit and return it.

    Raises :class:`Forbidden` without a registered limit, and :class:`Conflict` if the
    owner has a limit of it already.
    """
    registered = find_registered(call.db, asked)
    if registered is None:
        raise Forbidden(
            "Unable to create a limit that has no corresponding registered limit."
        )
    owner = "project_id" if asked["project_id"] else "domain_id"
    if exists(
        call.db,
        LIMITS,
        LIMITS.c.registered_limit_id == registered["id"],
        LIMITS.c[owner] == asked[owner],
    ):
        raise Conflict.storing("limit", "Duplicate entry")
    limit = {
        "id": call.state.ids.hex("limit"),
        "description": None,
        "region_id": None,
        **asked,
        "registered_limit_id": registered["id"],
    }
    store(call.db, LIMITS, limit)
    return limit


def _find(call: Call, limit_id: str) -> Record:
    """Return a limit; raises :class:`NotFound`."""
    limit = fetch(call.db, LIMITS, LIMITS.c.id == limit_id)
    if limit is None:
        raise NotFound(f"Could not find limit for {limit_id}.")
    return limit


def _target(call: Call, limit_id: str) -> Record:
    """Return the target of the policy: a limit with the project or domain it is of."""
    limit = fetch(call.db, LIMITS, LIMITS.c.id == limit_id)
    if limit is None:
        return {}
    for noun in ("project", "domain"):
        if owner_id := limit[f"{noun}_id"]:
            limit[noun] = fetch(call.db, PROJECTS, PROJECTS.c.id == owner_id)
    return {"limit": limit}


def _is_visible(call: Call, limit: Record) -> bool:
    """Tell whether a listing shows the caller a limit.

    The bearer of a token for the system and administrators see all limits.
    """
    caller = call.caller
    if caller.system or caller.roles & {"admin", "service"}:
        return True
    if caller.domain_id is None:
        return bool(limit["project_id"] and limit["project_id"] == caller.project_id)
    if limit["domain_id"] is not None:
        return bool(limit["domain_id"] == caller.domain_id)
    project = fetch(call.db, PROJECTS, PROJECTS.c.id == limit["project_id"])
    return project is not None and project["domain_id"] == caller.domain_id


ROUTES = (
    Route("/v3/limits", Limits),
    Route("/v3/limits/model", Limits, "model"),
    Route("/v3/limits/{limit_id}", Limits, "item"),
)
