"""Properties of a namespace: what an image, a flavor, ... may say of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.errors import NotFound, ServerError
from mockserver.glance.metadefs import access, shapes
from mockserver.glance.metadefs.contents import Contents
from mockserver.glance.metadefs.schemas import read_definition
from mockserver.glance.requests.bodies import refuse_body, trip_over_body, write_json
from mockserver.glance.requests.listing import parse_query
from mockserver.glance.requests.lookup import as_received
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import PROPERTIES
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState


class Properties:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        refuse_body(req)
        with self._state.database.read() as db:
            found = access.enter(db, req, namespace, "get_metadef_properties")
            stored = storage.list_parts(db, PROPERTIES, found["id"])
        shown = {one["name"]: one["json_schema"] for one in stored}
        write_json(resp, {"properties": shown})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        sent = shapes.PROPERTY(read_definition(req, "property"))
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "add_metadef_property")
            now = store_time(self._state.clock.now())
            Contents(db, found, now).add_property(sent["name"], sent)
        resp.status = falcon.HTTP_201
        write_json(resp, sent)

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        trip_over_body(req)
        with self._state.database.begin() as db:
            found = access.enter_to_empty(db, req, namespace)
            storage.remove_parts(db, PROPERTIES, found["id"])
        resp.status = falcon.HTTP_204


class Property:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        property_name: str,
    ) -> None:
        with self._state.database.read() as db:
            found = access.enter(db, req, namespace, "get_metadef_property")
            name = as_received(property_name)
            query = dict(parse_query(req))
            if query:
                name = _without_prefix(db, found, name, query)
            stored = _get_property(db, found, name)
        write_json(resp, _show(stored))

    def on_put(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        property_name: str,
    ) -> None:
        sent = shapes.PROPERTY(read_definition(req, "property"))
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "modify_metadef_property")
            stored = _get_property(db, found, as_received(property_name))
            changed = {**stored, "name": sent["name"], "json_schema": sent}
            now = store_time(self._state.clock.now())
            try:
                storage.update_record(db, PROPERTIES, changed, now)
            except DuplicateRecord:
                raise ServerError from None  # as Glance has it
        write_json(resp, sent)

    def on_delete(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        property_name: str,
    ) -> None:
        trip_over_body(req)
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "remove_metadef_property")
            stored = _get_property(db, found, as_received(property_name))
            access.refuse_protected(found, "property", stored["name"])
            storage.remove_part(db, PROPERTIES, stored)
        resp.status = falcon.HTTP_204


def _get_property(db: Connection, namespace: Record, name: str) -> Record:
    stored = storage.find_part(db, PROPERTIES, namespace["id"], name)
    if stored is None:
        raise NotFound(f"Could not find property {name}")
    return stored


def _show(stored: Record) -> dict[str, Any]:
    return {**stored["json_schema"], "name": stored["name"]}


def _without_prefix(
    db: Connection, namespace: Record, name: str, query: dict[str, str]
) -> str:
    """Take the prefix of the resource type in the query off a property's name."""
    if "resource_type" not in query:
        raise ServerError  # Glance knows no other filter here
    wanted = query["resource_type"]
    if not wanted:
        return name
    if storage.find_resource_type(db, wanted) is None:
        raise NotFound(
            f"The metadata definition resource-type with name={wanted}, was not found."
        )
    associations = storage.list_associations(db, namespace["id"])
    prefixes = [one["prefix"] for one in associations if one["name"] == wanted]
    if not prefixes:
        raise NotFound(
            "The metadata definition resource-type association of"
            f" resource-type={wanted} to namespace={namespace['namespace']},"
            " was not found."
        )
    prefix = prefixes[0]
    if not prefix or not name.startswith(prefix):
        raise NotFound(
            f"Property {name} does not start with the expected resource type"
            f" association prefix of '{prefix}'."
        )
    return name[len(prefix) :]


_PATH = "/v2/metadefs/namespaces/{namespace}/properties"
ROUTES = (Route(_PATH, Properties), Route(_PATH + "/{property_name}", Property))
