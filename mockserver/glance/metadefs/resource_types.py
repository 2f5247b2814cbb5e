"""Resource types, and the namespaces that are associated with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.errors import NotFound
from mockserver.glance.metadefs import access, shapes
from mockserver.glance.metadefs.contents import Contents
from mockserver.glance.metadefs.schemas import read_definition
from mockserver.glance.metadefs.views import show_association, show_times
from mockserver.glance.requests.bodies import write_json
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.lookup import as_received
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


class ResourceTypes:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            access.enforce(call, "list_metadef_resource_types")
            found = storage.list_resource_types(call.db)
        shown = [{"name": one["name"], **show_times(one)} for one in found]
        write_json(resp, {"resource_types": shown})


class Associations:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with reading(self._state, req) as call:
            found = access.enter(call, namespace, "list_metadef_resource_types")
            associations = storage.list_associations(call.db, found["id"])
            if not access.allows(call, "get_metadef_resource_type", found):
                associations = []
        shown = [show_association(one) for one in associations]
        write_json(resp, {"resource_type_associations": shown})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req, _read_association) as call:
            found = access.enter(
                call, namespace, "add_metadef_resource_type_association"
            )
            contents = Contents(call.db, found, call.timestamp())
            association = contents.associate(call.body)
        resp.status = falcon.HTTP_201
        write_json(resp, show_association(association))


class Association:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_delete(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        namespace: str,
        resource_type: str,
    ) -> None:
        name = as_received(resource_type)
        with writing(self._state, req) as call:
            found = access.enter(
                call, namespace, "remove_metadef_resource_type_association"
            )
            associations = storage.list_associations(call.db, found["id"])
            named = [one for one in associations if one["name"] == name]
            if not named:
                raise NotFound(f"Failed to find resource type {name} to delete")
            access.refuse_protected(found, "resource-type-association", name)
            storage.dissociate(call.db, named[0])
        resp.status = falcon.HTTP_204


def _read_association(req: falcon.Request) -> dict[str, Any]:
    return shapes.RESOURCE_TYPE(read_definition(req, "resource_type"))


_PATH = "/v2/metadefs/namespaces/{namespace}/resource_types"
ROUTES = (
    Route("/v2/metadefs/resource_types", ResourceTypes),
    Route(_PATH, Associations),
    Route(_PATH + "/{resource_type}", Association),
)
