"""Regions: ``/v3/regions``."""

from __future__ import annotations

import falcon

from imagectl.contract.identity import REGION
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Conflict, Forbidden, Invalid
from mockserver.keystone.requests.call import Call, writing
from mockserver.keystone.requests.plain_resource import PlainResource
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import (
    Record,
    exists,
    fetch_all,
    remove,
    replace,
    store,
)
from mockserver.storage.tables import ENDPOINTS, REGIONS

_PROPERTIES = properties_of(REGION)
_ID = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}


class Regions(PlainResource):
    resource = REGION
    table = REGIONS
    filters = ("parent_region_id",)
    check_query = Check(
        {
            "type": "object",
            "properties": {"parent_region_id": _ID},
            "additionalProperties": False,
        }
    )
    check_creation = Check(
        body_of(
            REGION,
            {**_PROPERTIES, "id": {"type": ["string", "null"], "maxLength": 255}},
            closed=False,
        )
    )
    check_change = Check(body_of(REGION, {**_PROPERTIES, "id": _ID}, minProperties=1))

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, region_id: str
    ) -> None:
        """Create a region with the id in the URL."""
        self.check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_region")
            asked_id = call.body["region"].get("id", region_id)
            if asked_id != region_id:
                raise Invalid(
                    f'Conflicting region IDs specified: "{region_id}" != "{asked_id}"'
                )
            region = {**call.new_record(REGION), "id": region_id}
            resp.media = call.show(REGION, insert_region(call, region))
        resp.status = falcon.HTTP_201

    def insert(self, call: Call, record: Record) -> Record:
        """Store a new region, under the id that the request asks for if any."""
        asked_id = call.body["region"].get("id")
        return insert_region(call, {**record, "id": asked_id or record["id"]})

    def update(self, call: Call, identifier: str, changes: Record) -> Record:
        if changes.get("parent_region_id") is not None:
            call.find(REGION, REGIONS, changes["parent_region_id"])
        region = {**call.find(REGION, REGIONS, identifier), **changes}
        region["description"] = region["description"] or ""
        _check_for_circle(call, region)
        replace(call.db, REGIONS, region)
        return region

    def delete(self, call: Call, identifier: str) -> None:
        """Delete a region with those below it; raises :class:`Forbidden` if in use."""
        region_ids = _with_descendants(call, identifier)
        if exists(call.db, ENDPOINTS, ENDPOINTS.c.region_id.in_(region_ids)):
            raise Forbidden(
                f"Unable to delete region {identifier} because it or its child"
                " regions have associated endpoints."
            )
        remove(call.db, REGIONS, REGIONS.c.id.in_(region_ids))


def insert_region(call: Call, region: Record) -> Record:
    """Store a new region and return it.

    Raises :class:`Conflict` for an id that is taken, and
    :class:`~mockserver.keystone.errors.NotFound` for a parent that does not exist.
    """
    if exists(call.db, REGIONS, REGIONS.c.id == region["id"]):
        raise Conflict.storing("region", f"Duplicate ID, {region['id']}.")
    region = {"description": "", "parent_region_id": None, **region}
    region["description"] = region["description"] or ""
    if region["parent_region_id"] is not None:
        call.find(REGION, REGIONS, region["parent_region_id"])
    store(call.db, REGIONS, region)
    return region


def _check_for_circle(call: Call, region: Record) -> None:
    """Raise :class:`Invalid` if the parent of a region is the region or below it."""
    parent_id = region["parent_region_id"]
    if parent_id is not None and parent_id in _with_descendants(call, region["id"]):
        raise Invalid(
            f"The specified parent region {region['id']} would create a circular"
            " region hierarchy."
        )


def _with_descendants(call: Call, region_id: str) -> list[str]:
    """Return the ids of a region and of all regions below it."""
    found, level = [region_id], [region_id]
    while level:
        below = fetch_all(call.db, REGIONS, [REGIONS.c.parent_region_id.in_(level)])
        level = [region["id"] for region in below if region["id"] not in found]
        found += level
    return found


ROUTES = (
    Route("/v3/regions", Regions),
    Route("/v3/regions/{region_id}", Regions, "item"),
)
