"""Endpoints: ``/v3/endpoints``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import ENDPOINT
from mockserver.handlers.routes import Route
from mockserver.keystone.catalog.regions import create_region
from mockserver.keystone.errors import Invalid
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import Record, exists, remove, replace, store
from mockserver.storage.tables import ENDPOINTS, PROJECT_ENDPOINTS, REGIONS, SERVICES

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

FILTERS = ("interface", "service_id", "region_id")
_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_PROPERTIES = {
    **properties_of(ENDPOINT),
    "region_id": _TEXT_OR_NULL,
    "service_id": _TEXT,
    "name": _TEXT,
    "description": _TEXT_OR_NULL,
}
check_query = Check(
    {"type": "object", "properties": {name: _PROPERTIES[name] for name in FILTERS}}
)
check_creation = Check(
    body_of(
        ENDPOINT, _PROPERTIES, closed=False, required=["interface", "service_id", "url"]
    )
)
check_change = Check(body_of(ENDPOINT, _PROPERTIES, closed=False, minProperties=1))

_PLACE = re.compile(r"%\((\w+)\)s")
KNOWN_PLACES = (
    *("tenant_id", "project_id", "user_id", "compute_host", "public_endpoint"),
)


class Endpoints:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            call.enforce("list_endpoints")
            resp.media = list_records(call, ENDPOINT, ENDPOINTS, FILTERS, shape=shape)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_endpoint")
            asked = call.new_record(ENDPOINT)
            _check_places(asked["url"])
            endpoint = {"enabled": True, "region_id": None, **asked}
            _settle_region(call, endpoint)
            _check_references(call, endpoint)
            store(call.db, ENDPOINTS, endpoint)
            resp.media = call.show(ENDPOINT, shape(endpoint))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, endpoint_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_endpoint")
            endpoint = call.find(ENDPOINT, ENDPOINTS, endpoint_id)
            resp.media = call.show(ENDPOINT, shape(endpoint))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, endpoint_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("update_endpoint")
            changes = dict(call.changes(ENDPOINT, endpoint_id))
            _settle_region(call, changes)
            _check_references(call, changes)
            endpoint = {**call.find(ENDPOINT, ENDPOINTS, endpoint_id), **changes}
            replace(call.db, ENDPOINTS, endpoint)
            resp.media = call.show(ENDPOINT, shape(endpoint))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, endpoint_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("delete_endpoint")
            call.find(ENDPOINT, ENDPOINTS, endpoint_id)
            remove(call.db, ENDPOINTS, ENDPOINTS.c.id == endpoint_id)
            pairs = PROJECT_ENDPOINTS.c
            remove(call.db, PROJECT_ENDPOINTS, pairs.endpoint_id == endpoint_id)
        resp.status = falcon.HTTP_204


def shape(endpoint: Record) -> Record:
    """Name the region a second time, as clients of the first API knew it."""
    return {**endpoint, "region": endpoint["region_id"]}


def _check_places(url: str) -> None:
    """Raise :class:`Invalid` for a URL with a place that nothing can fill."""
    places = url.replace("$(", "%(")
    rest = _PLACE.sub("", places)
    known = all(place in KNOWN_PLACES for place in _PLACE.findall(places))
    if not known or "%" in rest.replace("%%", ""):
        raise Invalid(f"Cannot create an endpoint with an invalid URL: {url}.")


def _settle_region(call: Call, endpoint: Record) -> None:
    """Take a ``region`` for the region's id, and make that region where it lacks."""
    name = endpoint.get("region")
    if endpoint.get("region_id") is None and name is not None:
        endpoint["region_id"] = name
        if not exists(call.db, REGIONS, REGIONS.c.id == name):
            create_region(call, {"id": name})
    endpoint.pop("region", None)


def _check_references(call: Call, endpoint: Record) -> None:
    for noun, table in (("region", REGIONS), ("service", SERVICES)):
        identifier = endpoint.get(f"{noun}_id")
        if identifier is None or exists(call.db, table, table.c.id == identifier):
            continue
        raise Invalid.lacking(f"endpoint {noun}_id", f"{noun} table")


ROUTES = (
    Route("/v3/endpoints", Endpoints),
    Route("/v3/endpoints/{endpoint_id}", Endpoints, "item"),
)
