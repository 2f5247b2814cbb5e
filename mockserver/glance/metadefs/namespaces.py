"""Namespaces of metadata definitions, with all that they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import falcon

from mockserver.glance.errors import Conflict, Forbidden, NotFound, ServerError
from mockserver.glance.metadefs import access, shapes
from mockserver.glance.metadefs.contents import add_namespace
from mockserver.glance.metadefs.queries import (
    VISIBILITIES,
    NamespaceQuery,
    check_visibility,
)
from mockserver.glance.metadefs.schemas import GENERATED, read_definition
from mockserver.glance.metadefs.views import (
    HELD,
    namespace_path,
    show_association,
    show_namespace,
    show_object,
)
from mockserver.glance.requests.bodies import refuse_body, write_json
from mockserver.glance.requests.listing import parse_query
from mockserver.glance.requests.lookup import as_received
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import NAMESPACES, OBJECTS, PROPERTIES
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

PATH = "/v2/metadefs/namespaces"
LAST_IN_HEADER = "\u00ff"
_ADDITIONS = {
    "resource_type_associations": "add_metadef_resource_type_association",
    "objects": "add_metadef_object",
    "properties": "add_metadef_property",
    "tags": "add_metadef_tag",
}
"""Operations that a new namespace needs for what it holds."""

_READS = (
    *("get_metadef_namespace", "list_metadef_resource_types", "get_metadef_objects"),
    *("get_metadef_properties", "get_metadef_tags"),
)


class Namespaces:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        caller: Caller = req.context.caller
        query = NamespaceQuery(req)
        access.enforce(caller, "get_metadef_namespaces")
        access.enforce(caller, "list_metadef_resource_types")
        with self._state.database.read() as db:
            found = _list_namespaces(db, caller, query)
            shown = [
                show_namespace(one, **_shown_associations(db, one))
                for one in found
                if access.allows(caller, "get_metadef_namespace", one)
            ]
        document: dict[str, Any] = {"namespaces": shown}
        if shown and len(shown) == query.page.limit:
            marker = {"marker": shown[-1]["namespace"]}
            document["next"] = f"{PATH}?{urlencode({**query.repeated, **marker})}"
        document["schema"] = "/v2/schemas/metadefs/namespaces"
        kept = urlencode(query.repeated)
        document["first"] = f"{PATH}?{kept}" if kept else PATH
        write_json(resp, document)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        caller: Caller = req.context.caller
        body = read_definition(req, "namespace", GENERATED)
        sent = shapes.NAMESPACE(body)
        access.enforce(caller, "add_metadef_namespace")
        for name, operation in _ADDITIONS.items():
            if sent.get(name):
                access.enforce(caller, operation)
        owner = sent.get("owner", caller.project_id)
        if owner is None:
            raise ServerError  # Glance's database wants an owner
        with self._state.database.begin() as db:
            now = store_time(self._state.clock.now())
            namespace = add_namespace(db, {**sent, "owner": owner}, now)
        resp.status = falcon.HTTP_201
        path = namespace_path(namespace["namespace"])
        if max(path) > LAST_IN_HEADER:
            raise ServerError  # stored by then: Glance breaks over the header
        resp.set_header("Location", req.context.base_url + path)
        held = {name: sent[name] for name in HELD if name in sent}
        write_json(resp, show_namespace(namespace, **held))


class Namespace:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        query = dict(parse_query(req))
        check_visibility(query, VISIBILITIES)
        with self._state.database.read() as db:
            found = _find_shown(db, caller, as_received(namespace))
            held = _hold(db, found)
        if query:
            if "resource_type" not in query:
                raise ServerError  # Glance knows no other filter here
            _prefix(held, query["resource_type"])
        write_json(resp, show_namespace(found, **held))

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        caller: Caller = req.context.caller
        body = read_definition(req, "namespace", GENERATED)
        sent = shapes.NAMESPACE(body)
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "modify_metadef_namespace")
            changed = {
                **found,
                "namespace": sent["namespace"],
                "display_name": sent.get("display_name"),
                "description": sent.get("description"),
                "visibility": sent.get("visibility") or "private",
                "protected": sent.get("protected") or False,
                "owner": sent.get("owner") or caller.project_id,
            }
            self._save(db, changed)
        write_json(resp, show_namespace(changed))

    def _save(self, db: Connection, namespace: Record) -> None:
        if namespace["owner"] is None:
            raise ServerError
        now = store_time(self._state.clock.now())
        try:
            storage.update_record(db, NAMESPACES, namespace, now)
        except DuplicateRecord:
            raise Conflict(
                "Invalid update. It would result in a duplicate metadata definition"
                f" namespace with the same name of {namespace['namespace']}"
            ) from None

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        refuse_body(req)
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "delete_metadef_namespace")
            access.refuse_protected(found, "namespace", found["namespace"])
            storage.remove_namespace(db, found["id"])
        resp.status = falcon.HTTP_204


def _list_namespaces(
    db: Connection, caller: Caller, query: NamespaceQuery
) -> list[Record]:
    if query.marker:
        query.page.marker = access.find_namespace(db, caller, query.marker)
    elif query.marker is not None:
        raise NotFound("Metadata definition namespace not found for id=")
    return storage.list_namespaces(
        db,
        query.page,
        sees_all=caller.is_admin,
        owner=caller.project_id,
        visibility=query.visibility,
        resource_types=query.resource_types,
    )


def _find_shown(db: Connection, caller: Caller, name: str) -> Record:
    try:
        found = access.find_namespace(db, caller, name)
    except Forbidden:
        raise NotFound from None
    for operation in _READS:
        access.enforce(caller, operation, found)
    return found


def _hold(db: Connection, namespace: Record) -> dict[str, Any]:
    """Return what a namespace holds, without what it holds none of."""
    number = namespace["id"]
    objects = storage.list_parts(db, OBJECTS, number)
    properties = storage.list_parts(db, PROPERTIES, number)
    tags = storage.list_tags(db, number, storage.Page())
    held = {
        **_shown_associations(db, namespace),
        "properties": {one["name"]: one["json_schema"] for one in properties},
        "objects": [show_object(namespace, one) for one in objects],
        "tags": [{"name": tag["name"]} for tag in tags],
    }
    return {name: parts for name, parts in held.items() if parts}


def _shown_associations(db: Connection, namespace: Record) -> dict[str, Any]:
    found = storage.list_associations(db, namespace["id"])
    shown = [show_association(one) for one in found]
    return {"resource_type_associations": shown} if shown else {}


def _prefix(held: dict[str, Any], resource_type: str) -> None:
    """Put the prefix of a resource type before the names of properties."""
    associations = held.get("resource_type_associations", ())
    found = [one for one in associations if one["name"] == resource_type]
    prefix = found[0].get("prefix") if found else None
    if not prefix:
        return
    if "properties" in held:
        held["properties"] = _with_prefix(prefix, held["properties"])
    for one in held.get("objects", ()):
        one["properties"] = _with_prefix(prefix, one["properties"])
        one["required"] = [prefix + name for name in one["required"]]


def _with_prefix(prefix: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {prefix + name: value for name, value in properties.items()}


ROUTES = (Route(PATH, Namespaces), Route(PATH + "/{namespace}", Namespace))
