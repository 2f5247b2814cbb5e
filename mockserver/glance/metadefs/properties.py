"""Properties of a namespace: what an image, a flavor, ... may say of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.errors import NotFound, ServerError
from mockserver.glance.metadefs import shapes
from mockserver.glance.metadefs.contents import Contents
from mockserver.glance.metadefs.parts import PartKind
from mockserver.glance.metadefs.schemas import read_definition
from mockserver.glance.requests.bodies import ignore_body, trip_over_body, write_json
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.listing import parse_query
from mockserver.glance.requests.lookup import as_received
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import PROPERTIES
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

_KIND = PartKind(PROPERTIES, "property", "property")


class Properties:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with reading(self._state, req) as call:
            found = _KIND.enter(call, namespace, "get_metadef_properties")
            stored = storage.list_parts(call.db, PROPERTIES, found["id"])
        shown = {one["name"]: one["json_schema"] for one in stored}
        write_json(resp, {"properties": shown})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req, _read_property) as call:
            found = _KIND.enter(call, namespace, "add_metadef_property")
            contents = Contents(call.db, found, call.timestamp())
            contents.add_property(call.body["name"], call.body)
        resp.status = falcon.HTTP_201
        write_json(resp, call.body)

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _KIND.remove_all(call, namespace)
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
        with reading(self._state, req, ignore_body) as call:
            found = _KIND.enter(call, namespace, "get_metadef_property")
            name = as_received(property_name)
            query = dict(parse_query(req))
            if query:
                name = _without_prefix(call.db, found, name, query)
            stored = _KIND.get(call, found, name)
        write_json(resp, {**stored["json_schema"], "name": stored["name"]})

    def on_put(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        property_name: str,
    ) -> None:
        with writing(self._state, req, _read_property) as call:
            _, stored = _KIND.find(
                call, namespace, property_name, "modify_metadef_property"
            )
            changed = {**stored, "name": call.body["name"], "json_schema": call.body}
            try:
                storage.update_record(call.db, PROPERTIES, changed, call.timestamp())
            except DuplicateRecord:
                raise ServerError from None  # as Glance answers
        write_json(resp, call.body)

    def on_delete(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        property_name: str,
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _KIND.remove(call, namespace, property_name, "remove_metadef_property")
        resp.status = falcon.HTTP_204


def _read_property(req: falcon.Request) -> dict[str, Any]:
    return shapes.PROPERTY(read_definition(req, "property"))


def _without_prefix(
    db: Connection, namespace: Record, name: str, query: dict[str, str]
) -> str:
    """Return a property's name without the prefix that a resource type gives it.

    ``query`` names the resource type. Raises :class:`NotFound` where it has no prefix
    in the namespace, or the name does not begin with it.
    """
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
