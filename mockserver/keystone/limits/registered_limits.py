"""Registered limits, the defaults for all projects: ``/v3/registered_limits``.

Source: Keystone 30 ``limit/core.py`` and ``limit/backends/sql.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract import Resource
from imagectl.contract.unified_limits import REGISTERED_LIMIT
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Conflict, Forbidden, Invalid, NotFound
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import (
    Record,
    exists,
    fetch,
    remove,
    replace,
    store,
)
from mockserver.storage.tables import LIMITS, REGIONS, REGISTERED_LIMITS, SERVICES

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from mockserver.state.cloud_state import CloudState

FILTERS = ("service_id", "region_id", "resource_name")
AMOUNT = {"type": "integer", "minimum": -1, "maximum": 0x7FFFFFFF}
_REFERENCES = {"service_id": SERVICES, "region_id": REGIONS}
_PROPERTIES = {
    **properties_of(REGISTERED_LIMIT),
    "service_id": {"type": "string", "format": "uuid"},
    "default_limit": AMOUNT,
}


def several_of(resource: Resource, record: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body that holds one or more records in a list."""
    records = {"type": "array", "items": record, "minItems": 1}
    return {
        "type": "object",
        "properties": {resource.collection: records},
        "required": [resource.collection],
        "additionalProperties": False,
    }


check_query = Check(
    {"type": "object", "properties": {name: _PROPERTIES[name] for name in FILTERS}}
)
check_creation = Check(
    several_of(
        REGISTERED_LIMIT,
        {
            "type": "object",
            "properties": _PROPERTIES,
            "additionalProperties": False,
            "required": ["service_id", "resource_name", "default_limit"],
        },
    )
)
check_change = Check(body_of(REGISTERED_LIMIT, _PROPERTIES, additionalProperties=False))


class RegisteredLimits:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("list_registered_limits")
            check_query(req.params)
            resp.media = list_records(
                call, REGISTERED_LIMIT, REGISTERED_LIMITS, FILTERS
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_registered_limits")
            asked = call.body[REGISTERED_LIMIT.collection]
            for limit in asked:
                check_references(call.db, limit, _REFERENCES, "registered_limit")
            added = [_add(call, limit) for limit in asked]
            shown = [call.link(REGISTERED_LIMIT, limit) for limit in added]
            resp.media = {REGISTERED_LIMIT.collection: shown}
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, limit_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_registered_limit")
            resp.media = call.show(REGISTERED_LIMIT, _find(call, limit_id))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, limit_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("update_registered_limit")
            changes = call.body["registered_limit"]
            check_references(call.db, changes, _REFERENCES, "registered_limit")
            changed = {**_find(call, limit_id), **changes}
            _check_unused(call, limit_id)
            if changes.keys() & set(FILTERS):
                _check_unique(call, changed)
            replace(call.db, REGISTERED_LIMITS, changed)
            resp.media = call.show(REGISTERED_LIMIT, changed)

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, limit_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("delete_registered_limit")
            _find(call, limit_id)
            _check_unused(call, limit_id)
            remove(call.db, REGISTERED_LIMITS, REGISTERED_LIMITS.c.id == limit_id)
        resp.status = falcon.HTTP_204


def check_references(
    db: Connection, limit: Record, references: dict[str, Table], noun: str
) -> None:
    """Raise :class:`Invalid` for an attribute with the id of no record of its table."""
    for name, table in references.items():
        identifier = limit.get(name)
        if identifier is not None and not exists(db, table, table.c.id == identifier):
            raise Invalid.lacking(name, noun)


def find_registered(db: Connection, limit: Record) -> Record | None:
    """Return the registered limit of a limit's service, region and resource."""
    return fetch(
        db,
        REGISTERED_LIMITS,
        *(REGISTERED_LIMITS.c[name] == limit.get(name) for name in FILTERS),
    )


def _add(call: Call, asked: Record) -> Record:
    """Store a new registered limit and return it; raises :class:`Conflict`."""
    _check_unique(call, asked)
    limit = {
        "id": call.state.ids.hex("registered_limit"),
        "region_id": None,
        "description": None,
        **asked,
    }
    store(call.db, REGISTERED_LIMITS, limit)
    return limit


def _find(call: Call, limit_id: str) -> Record:
    """Return a registered limit; raises :class:`NotFound`."""
    limit = fetch(call.db, REGISTERED_LIMITS, REGISTERED_LIMITS.c.id == limit_id)
    if limit is None:
        raise NotFound(f"Could not find registered limit for {limit_id}.")
    return limit


def _check_unique(call: Call, limit: Record) -> None:
    """Raise :class:`Conflict` if the same is registered already."""
    if find_registered(call.db, limit) is not None:
        raise Conflict.storing("registered_limit", "Duplicate entry")


def _check_unused(call: Call, limit_id: str) -> None:
    """Raise :class:`Forbidden` if projects or domains have limits of it."""
    if exists(call.db, LIMITS, LIMITS.c.registered_limit_id == limit_id):
        raise Forbidden(
            f"Unable to update or delete registered limit {limit_id} because there are"
            " project limits associated with it."
        )


ROUTES = (
    Route("/v3/registered_limits", RegisteredLimits),
    Route("/v3/registered_limits/{limit_id}", RegisteredLimits, "item"),
)
