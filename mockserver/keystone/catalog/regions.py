"""Regions: ``/v3/regions``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import REGION
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Conflict, Forbidden, Invalid
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
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

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_PROPERTIES = {
    **properties_of(REGION),
    "id": {"type": ["string", "null"], "minLength": 1, "maxLength": 255},
}
_PARENT = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}
check_query = Check(
    {
        "type": "object",
        "properties": {"parent_region_id": _PARENT},
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
check_change = Check(body_of(REGION, _PROPERTIES, minProperties=1))


class Regions:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            call.enforce("list_regions")
            resp.media = list_records(call, REGION, REGIONS, ("parent_region_id",))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_region")
            asked_id = call.body["region"].get("id")
            region = call.new_record(REGION)
            resp.media = create_region(call, {**region, "id": asked_id or region["id"]})
        resp.status = falcon.HTTP_201

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, region_id: str
    ) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_region")
            asked_id = call.body["region"].get("id", region_id)
            if asked_id != region_id:
                raise Invalid(
                    f'Conflicting region IDs specified: "{region_id}" != "{asked_id}"'
                )
            region = {**call.new_record(REGION), "id": region_id}
            resp.media = create_region(call, region)
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, region_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_region")
            resp.media = call.show(REGION, call.find(REGION, REGIONS, region_id))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, region_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("update_region")
            changes = call.changes(REGION, region_id)
            if changes.get("parent_region_id") is not None:
                call.find(REGION, REGIONS, changes["parent_region_id"])
            region = {**call.find(REGION, REGIONS, region_id), **changes}
            region["description"] = region["description"] or ""
            _check_for_circle(call, region)
            replace(call.db, REGIONS, region)
            resp.media = call.show(REGION, region)

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, region_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("delete_region")
            call.find(REGION, REGIONS, region_id)
            doomed = _with_children(call, region_id)
            if exists(call.db, ENDPOINTS, ENDPOINTS.c.region_id.in_(doomed)):
                raise Forbidden(
                    f"Unable to delete region {region_id} because it or its child"
                    " regions have associated endpoints."
                )
            remove(call.db, REGIONS, REGIONS.c.id.in_(doomed))
        resp.status = falcon.HTTP_204


def create_region(call: Call, region: Record) -> Record:
    if exists(call.db, REGIONS, REGIONS.c.id == region["id"]):
        raise Conflict.storing("region", f"Duplicate ID, {region['id']}.")
    region = {"description": "", "parent_region_id": None, **region}
    region["description"] = region["description"] or ""
    if region["parent_region_id"] is not None:
        call.find(REGION, REGIONS, region["parent_region_id"])
    store(call.db, REGIONS, region)
    return call.show(REGION, region)


def _check_for_circle(call: Call, region: Record) -> None:
    parent_id = region["parent_region_id"]
    if parent_id is not None and parent_id in _with_children(call, region["id"]):
        raise Invalid(
            f"The specified parent region {region['id']} would create a circular"
            " region hierarchy."
        )


def _with_children(call: Call, region_id: str) -> list[str]:
    found, new = [region_id], [region_id]
    while new:
        below = fetch_all(call.db, REGIONS, [REGIONS.c.parent_region_id.in_(new)])
        new = [region["id"] for region in below if region["id"] not in found]
        found += new
    return found


ROUTES = (
    Route("/v3/regions", Regions),
    Route("/v3/regions/{region_id}", Regions, "item"),
)
