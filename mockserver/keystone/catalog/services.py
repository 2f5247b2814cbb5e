"""Services: ``/v3/services``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import SERVICE
from mockserver.handlers.routes import Route
from mockserver.keystone.requests.call import reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import remove, replace, store
from mockserver.storage.tables import ENDPOINTS, SERVICES

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_PROPERTIES = properties_of(SERVICE, "description")
check_creation = Check(body_of(SERVICE, _PROPERTIES, closed=False, required=["type"]))
check_change = Check(body_of(SERVICE, _PROPERTIES, closed=False, minProperties=1))


class Services:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("list_services")
            resp.media = list_records(call, SERVICE, SERVICES, ("type", "name"))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_service")
            asked = call.new_record(SERVICE)
            service = {"name": "", **asked, "enabled": asked.get("enabled", True)}
            store(call.db, SERVICES, service)
            resp.media = call.show(SERVICE, service)
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, service_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_service")
            resp.media = call.show(SERVICE, call.find(SERVICE, SERVICES, service_id))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, service_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("update_service")
            changes = call.changes(SERVICE, service_id)
            service = {**call.find(SERVICE, SERVICES, service_id), **changes}
            replace(call.db, SERVICES, service)
            resp.media = call.show(SERVICE, service)

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, service_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("delete_service")
            call.find(SERVICE, SERVICES, service_id)
            remove(call.db, ENDPOINTS, ENDPOINTS.c.service_id == service_id)
            remove(call.db, SERVICES, SERVICES.c.id == service_id)
        resp.status = falcon.HTTP_204


ROUTES = (
    Route("/v3/services", Services),
    Route("/v3/services/{service_id}", Services, "item"),
)
