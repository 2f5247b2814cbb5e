"""Objects of a namespace: properties that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.errors import Forbidden, NotFound, ServerError
from mockserver.glance.metadefs import access, shapes
from mockserver.glance.metadefs.contents import Contents, object_columns
from mockserver.glance.metadefs.parts import PartKind
from mockserver.glance.metadefs.queries import parse_part_page
from mockserver.glance.metadefs.schemas import GENERATED, check, read_definition
from mockserver.glance.metadefs.views import show_object, show_sent_object
from mockserver.glance.requests.bodies import ignore_body, trip_over_body, write_json
from mockserver.glance.requests.call import Call, reading, writing
from mockserver.glance.requests.lookup import as_received
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import OBJECTS
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


def _enter(call: Call, name: str, operation: str) -> Record:
    """Return a namespace as :func:`access.enter` does.

    The error for a namespace that does not exist has another message here.
    """
    name = as_received(name)
    try:
        namespace = access.find_namespace(call, name)
    except Forbidden:
        raise NotFound(f"Namespace {name} not found") from None
    access.enforce(call, operation, namespace)
    return namespace


_KIND = PartKind(OBJECTS, "object", "metadata object", _enter)


class Objects:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        parse_part_page(req, min_limit=1)  # Glance checks it, and lists all
        with reading(self._state, req, ignore_body) as call:
            found = _KIND.enter(call, namespace, "get_metadef_objects")
            objects = storage.list_parts(call.db, OBJECTS, found["id"])
            if not access.allows(call, "get_metadef_object", found):
                objects = []
        shown = [show_object(found, one) for one in objects]
        # Glance leaves out the first slash of this path
        write_json(resp, {"objects": shown, "schema": "v2/schemas/metadefs/objects"})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req, _read_new_object) as call:
            found = _KIND.enter(call, namespace, "add_metadef_object")
            contents = Contents(call.db, found, call.timestamp())
            record = contents.add_object(call.body)
        resp.status = falcon.HTTP_201
        write_json(resp, show_sent_object(found, {**record, **call.body}))

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _KIND.remove_all(call, namespace)
        resp.status = falcon.HTTP_204


class Object:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        object_name: str,
    ) -> None:
        with reading(self._state, req) as call:
            found, stored = _KIND.find(
                call, namespace, object_name, "get_metadef_object"
            )
        write_json(resp, show_object(found, stored))

    def on_put(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        object_name: str,
    ) -> None:
        with writing(self._state, req, _read_object) as call:
            found, stored = _KIND.find(
                call, namespace, object_name, "modify_metadef_object"
            )
            changed = {**stored, **object_columns(call.body)}
            try:
                storage.update_record(call.db, OBJECTS, changed, call.timestamp())
            except DuplicateRecord:
                raise ServerError from None  # as Glance answers
        times = {name: stored[name] for name in ("created_at", "updated_at")}
        write_json(resp, show_sent_object(found, {**call.body, **times}))

    def on_delete(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        object_name: str,
    ) -> None:
        with writing(self._state, req) as call:
            _KIND.remove(call, namespace, object_name, "delete_metadef_object")
        resp.status = falcon.HTTP_204


def _read_object(req: falcon.Request) -> dict[str, Any]:
    return shapes.OBJECT(read_definition(req, "object", GENERATED))


def _read_new_object(req: falcon.Request) -> dict[str, Any]:
    body = read_definition(req, "object", GENERATED)
    if not isinstance(body, dict):
        raise ServerError  # Glance crashes on an array
    for part in body.get("properties", {}).values():
        check("property of an object", part)
    return shapes.OBJECT(body)


_PATH = "/v2/metadefs/namespaces/{namespace}/objects"
ROUTES = (Route(_PATH, Objects), Route(_PATH + "/{object_name}", Object))
