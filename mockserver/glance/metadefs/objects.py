"""Objects of a namespace: properties that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance.errors import Forbidden, NotFound, ServerError
from mockserver.glance.metadefs import access, shapes
from mockserver.glance.metadefs.contents import Contents, object_columns
from mockserver.glance.metadefs.queries import parse_part_page
from mockserver.glance.metadefs.schemas import GENERATED, check, read_definition
from mockserver.glance.metadefs.views import show_object, show_sent_object
from mockserver.glance.requests.bodies import refuse_body, trip_over_body, write_json
from mockserver.glance.requests.lookup import as_received
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import OBJECTS
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState


class Objects:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        parse_part_page(req, least=1)  # checked there, and of no effect
        with self._state.database.read() as db:
            found = _enter(db, req, namespace, "get_metadef_objects")
            objects = storage.list_parts(db, OBJECTS, found["id"])
        if not access.allows(req.context.caller, "get_metadef_object", found):
            objects = []
        shown = [show_object(found, one) for one in objects]
        # the path lacks its first slash there
        write_json(resp, {"objects": shown, "schema": "v2/schemas/metadefs/objects"})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        body = read_definition(req, "object", GENERATED)
        for part in body.get("properties", {}).values():
            check("property of an object", part)
        sent = shapes.OBJECT(body)
        with self._state.database.begin() as db:
            found = _enter(db, req, namespace, "add_metadef_object")
            now = store_time(self._state.clock.now())
            record = Contents(db, found, now).add_object(sent)
        resp.status = falcon.HTTP_201
        write_json(resp, show_sent_object(found, {**record, **sent}))

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        trip_over_body(req)
        with self._state.database.begin() as db:
            found = access.enter_to_empty(db, req, namespace)
            storage.remove_parts(db, OBJECTS, found["id"])
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
        refuse_body(req)
        with self._state.database.read() as db:
            found = _enter(db, req, namespace, "get_metadef_object")
            stored = _get_object(db, found, object_name)
        write_json(resp, show_object(found, stored))

    def on_put(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        object_name: str,
    ) -> None:
        sent = shapes.OBJECT(read_definition(req, "object", GENERATED))
        with self._state.database.begin() as db:
            found = _enter(db, req, namespace, "modify_metadef_object")
            stored = _get_object(db, found, object_name)
            changed = {**stored, **object_columns(sent)}
            now = store_time(self._state.clock.now())
            try:
                storage.update_record(db, OBJECTS, changed, now)
            except DuplicateRecord:
                raise ServerError from None  # as Glance has it
        times = {name: stored[name] for name in ("created_at", "updated_at")}
        write_json(resp, show_sent_object(found, {**sent, **times}))

    def on_delete(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        object_name: str,
    ) -> None:
        refuse_body(req)
        with self._state.database.begin() as db:
            found = _enter(db, req, namespace, "delete_metadef_object")
            stored = _get_object(db, found, object_name)
            access.refuse_protected(found, "object", stored["name"])
            storage.remove_part(db, OBJECTS, stored)
        resp.status = falcon.HTTP_204


def _enter(db: Connection, req: falcon.Request, name: str, operation: str) -> Record:
    caller, name = req.context.caller, as_received(name)
    try:
        namespace = access.find_namespace(db, caller, name)
    except Forbidden:
        raise NotFound(f"Namespace {name} not found") from None
    access.enforce(caller, operation, namespace)
    return namespace


def _get_object(db: Connection, namespace: Record, name: str) -> Record:
    name = as_received(name)
    stored = storage.find_part(db, OBJECTS, namespace["id"], name)
    if stored is None:
        raise NotFound(f"Could not find metadata object {name}")
    return stored


_PATH = "/v2/metadefs/namespaces/{namespace}/objects"
ROUTES = (Route(_PATH, Objects), Route(_PATH + "/{object_name}", Object))
