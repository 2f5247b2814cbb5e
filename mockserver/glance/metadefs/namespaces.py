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
from mockserver.glance.requests.bodies import ignore_body, write_json
from mockserver.glance.requests.call import Call, reading, writing
from mockserver.glance.requests.listing import parse_query
from mockserver.glance.requests.lookup import as_received
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import NAMESPACES, OBJECTS, PROPERTIES
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

PATH = "/v2/metadefs/namespaces"
LAST_IN_HEADER = "\u00ff"
"""The last character, in the order of Unicode, that an HTTP header can hold."""

_ADDITIONS = {
    "resource_type_associations": "add_metadef_resource_type_association",
    "objects": "add_metadef_object",
    "properties": "add_metadef_property",
    "tags": "add_metadef_tag",
}
"""The operation that a new namespace's creator needs for each kind of part in it."""

_READS = (
    "get_metadef_namespace",
    "list_metadef_resource_types",
    "get_metadef_objects",
    "get_metadef_properties",
    "get_metadef_tags",
)
"""The operations that showing a whole namespace needs."""


class Namespaces:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        query = NamespaceQuery(req)
        with reading(self._state, req, ignore_body) as call:
            access.enforce(call, "get_metadef_namespaces")
            access.enforce(call, "list_metadef_resource_types")
            shown = [
                show_namespace(one, **_show_associations(call.db, one))
                for one in _list_namespaces(call, query)
                if access.allows(call, "get_metadef_namespace", one)
            ]
        document: dict[str, Any] = {"namespaces": shown}
        if shown and len(shown) == query.page.limit:
            marker = {"marker": shown[-1]["namespace"]}
            document["next"] = f"{PATH}?{urlencode({**query.link_query, **marker})}"
        document["schema"] = "/v2/schemas/metadefs/namespaces"
        kept = urlencode(query.link_query)
        document["first"] = f"{PATH}?{kept}" if kept else PATH
        write_json(resp, document)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req, _read_namespace) as call:
            sent = call.body
            access.enforce(call, "add_metadef_namespace")
            for name, operation in _ADDITIONS.items():
                if sent.get(name):
                    access.enforce(call, operation)
            owner = sent.get("owner", call.caller.project_id)
            if owner is None:
                raise ServerError  # Glance's database wants an owner
            document = {**sent, "owner": owner}
            namespace = add_namespace(call.db, document, call.timestamp())
        resp.status = falcon.HTTP_201
        path = namespace_path(namespace["namespace"])
        if max(path) > LAST_IN_HEADER:
            # after the namespace is stored, as in Glance, which fails at the header
            raise ServerError
        resp.set_header("Location", req.context.base_url + path)
        held = {name: sent[name] for name in HELD if name in sent}
        write_json(resp, show_namespace(namespace, **held))


class Namespace:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with reading(self._state, req) as call:
            query = dict(parse_query(req))
            check_visibility(query, VISIBILITIES)
            found = _find_shown(call, as_received(namespace))
            held = _show_held(call.db, found)
        if query:
            if "resource_type" not in query:
                raise ServerError  # Glance knows no other filter here
            _add_prefix(held, query["resource_type"])
        write_json(resp, show_namespace(found, **held))

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req, _read_namespace) as call:
            found = access.enter(call, namespace, "modify_metadef_namespace")
            sent = call.body
            changed = {
                **found,
                "namespace": sent["namespace"],
                "display_name": sent.get("display_name"),
                "description": sent.get("description"),
                "visibility": sent.get("visibility") or "private",
                "protected": sent.get("protected") or False,
                "owner": sent.get("owner") or call.caller.project_id,
            }
            _save_namespace(call, changed)
        write_json(resp, show_namespace(changed))

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req) as call:
            found = access.enter(call, namespace, "delete_metadef_namespace")
            access.refuse_protected(found, "namespace", found["namespace"])
            storage.remove_namespace(call.db, found["id"])
        resp.status = falcon.HTTP_204


def _read_namespace(req: falcon.Request) -> dict[str, Any]:
    return shapes.NAMESPACE(read_definition(req, "namespace", GENERATED))


def _save_namespace(call: Call, namespace: Record) -> None:
    """Overwrite a namespace; raises :class:`Conflict` for a name that is taken."""
    if namespace["owner"] is None:
        raise ServerError  # Glance's database wants an owner
    try:
        storage.update_record(call.db, NAMESPACES, namespace, call.timestamp())
    except DuplicateRecord:
        raise Conflict(
            "Invalid update. It would result in a duplicate metadata definition"
            f" namespace with the same name of {namespace['namespace']}"
        ) from None


def _list_namespaces(call: Call, query: NamespaceQuery) -> list[Record]:
    """Return the namespaces of a page; :class:`NotFound` for an unknown marker."""
    if query.marker:
        query.page.marker = access.find_namespace(call, query.marker)
    elif query.marker is not None:
        raise NotFound("Metadata definition namespace not found for id=")
    return storage.list_namespaces(
        call.db,
        query.page,
        sees_all=call.caller.is_admin,
        owner=call.caller.project_id,
        visibility=query.visibility,
        resource_types=query.resource_types,
    )


def _find_shown(call: Call, name: str) -> Record:
    """Return a namespace all of which the caller may see.

    Raises :class:`NotFound` or :class:`Forbidden`.
    """
    try:
        found = access.find_namespace(call, name)
    except Forbidden:
        raise NotFound from None
    for operation in _READS:
        access.enforce(call, operation, found)
    return found


def _show_held(db: Connection, namespace: Record) -> dict[str, Any]:
    """Return what a namespace holds, by kind; kinds it has none of are left out."""
    number = namespace["id"]
    objects = storage.list_parts(db, OBJECTS, number)
    properties = storage.list_parts(db, PROPERTIES, number)
    tags = storage.list_tags(db, number, storage.Page())
    held = {
        **_show_associations(db, namespace),
        "properties": {one["name"]: one["json_schema"] for one in properties},
        "objects": [show_object(namespace, one) for one in objects],
        "tags": [{"name": tag["name"]} for tag in tags],
    }
    return {name: parts for name, parts in held.items() if parts}


def _show_associations(db: Connection, namespace: Record) -> dict[str, Any]:
    found = storage.list_associations(db, namespace["id"])
    shown = [show_association(one) for one in found]
    return {"resource_type_associations": shown} if shown else {}


def _add_prefix(held: dict[str, Any], resource_type: str) -> None:
    """Put the prefix of a resource type before the names of all properties.

    ``held`` is what :func:`_show_held` returned, and is changed in place.
    """
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
