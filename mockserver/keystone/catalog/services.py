"""Services: ``/v3/services``."""

from __future__ import annotations

from imagectl.contract.identity import SERVICE
from mockserver.handlers.routes import Route
from mockserver.keystone.requests.call import Call
from mockserver.keystone.requests.plain_resource import PlainResource
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import Record, remove
from mockserver.storage.tables import ENDPOINTS, SERVICES

_PROPERTIES = properties_of(SERVICE, "description")


class Services(PlainResource):
    resource = SERVICE
    table = SERVICES
    filters = ("type", "name")
    check_creation = Check(
        body_of(SERVICE, _PROPERTIES, closed=False, required=["type"])
    )
    check_change = Check(body_of(SERVICE, _PROPERTIES, closed=False, minProperties=1))

    def insert(self, call: Call, record: Record) -> Record:
        service = {"name": "", **record, "enabled": record.get("enabled", True)}
        return super().insert(call, service)

    def delete(self, call: Call, identifier: str) -> None:
        """Delete a service with its endpoints."""
        remove(call.db, ENDPOINTS, ENDPOINTS.c.service_id == identifier)
        super().delete(call, identifier)


ROUTES = (
    Route("/v3/services", Services),
    Route("/v3/services/{service_id}", Services, "item"),
)
