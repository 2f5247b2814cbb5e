"""Endpoints: ``/v3/endpoints``."""

from __future__ import annotations

import re

from imagectl.contract.identity import ENDPOINT
from mockserver.handlers.routes import Route
from mockserver.keystone.catalog.regions import insert_region
from mockserver.keystone.errors import Invalid
from mockserver.keystone.requests.call import Call
from mockserver.keystone.requests.plain_resource import PlainResource
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import Record, exists, remove
from mockserver.storage.tables import ENDPOINTS, PROJECT_ENDPOINTS, REGIONS, SERVICES

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
_SUBSTITUTION = re.compile(r"%\((\w+)\)s")
SUBSTITUTIONS = (
    "tenant_id",
    "project_id",
    "user_id",
    "compute_host",
    "public_endpoint",
)
"""What the URL of an endpoint may leave to be filled in for each token."""


class Endpoints(PlainResource):
    resource = ENDPOINT
    table = ENDPOINTS
    filters = FILTERS
    check_query = Check(
        {"type": "object", "properties": {name: _PROPERTIES[name] for name in FILTERS}}
    )
    check_creation = Check(
        body_of(
            ENDPOINT,
            _PROPERTIES,
            closed=False,
            required=["interface", "service_id", "url"],
        )
    )
    check_change = Check(body_of(ENDPOINT, _PROPERTIES, closed=False, minProperties=1))

    def shape(self, record: Record) -> Record:
        return shape_endpoint(record)

    def insert(self, call: Call, record: Record) -> Record:
        """Store a new endpoint, and its region if that does not exist."""
        _check_url(record["url"])
        endpoint = {"enabled": True, "region_id": None, **record}
        _resolve_region(call, endpoint)
        _check_references(call, endpoint)
        return super().insert(call, endpoint)

    def update(self, call: Call, identifier: str, changes: Record) -> Record:
        """Store changes of an endpoint, and its new region if that does not exist."""
        changes = dict(changes)
        _resolve_region(call, changes)
        _check_references(call, changes)
        return super().update(call, identifier, changes)

    def delete(self, call: Call, identifier: str) -> None:
        """Delete an endpoint, also out of the catalogs of single projects."""
        super().delete(call, identifier)
        pairs = PROJECT_ENDPOINTS.c
        remove(call.db, PROJECT_ENDPOINTS, pairs.endpoint_id == identifier)


def shape_endpoint(endpoint: Record) -> Record:
    """Return an endpoint as it is shown: ``region`` repeats the region's id."""
    return {**endpoint, "region": endpoint["region_id"]}


def _check_url(url: str) -> None:
    """Raise :class:`Invalid` for a URL with a substitution that is not known."""
    pattern = url.replace("$(", "%(")
    is_known = all(name in SUBSTITUTIONS for name in _SUBSTITUTION.findall(pattern))
    rest = _SUBSTITUTION.sub("", pattern).replace("%%", "")
    if not is_known or "%" in rest:
        raise Invalid(f"Cannot create an endpoint with an invalid URL: {url}.")


def _resolve_region(call: Call, endpoint: Record) -> None:
    """Take ``region``, the older name, for ``region_id`` where that is not given.

    A region that does not exist yet is created.
    """
    region_id = endpoint.pop("region", None)
    if endpoint.get("region_id") is None and region_id is not None:
        endpoint["region_id"] = region_id
        if not exists(call.db, REGIONS, REGIONS.c.id == region_id):
            insert_region(call, {"id": region_id})


def _check_references(call: Call, endpoint: Record) -> None:
    """Raise :class:`Invalid` for a region or a service that does not exist."""
    for noun, table in (("region", REGIONS), ("service", SERVICES)):
        identifier = endpoint.get(f"{noun}_id")
        if identifier is None or exists(call.db, table, table.c.id == identifier):
            continue
        raise Invalid.lacking(f"endpoint {noun}_id", f"{noun} table")


ROUTES = (
    Route("/v3/endpoints", Endpoints),
    Route("/v3/endpoints/{endpoint_id}", Endpoints, "item"),
)
