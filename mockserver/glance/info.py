"""What this Glance can do; source: Glance 33 ``api/v2/discovery.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.blobs.file import FileStore
from mockserver.blobs.stores import WEB
from mockserver.glance import default_policy as policy
from mockserver.glance.errors import NotFound
from mockserver.glance.images.images import IMPORT_METHODS
from mockserver.glance.requests.bodies import refuse_body, write_json
from mockserver.handlers.routes import Route

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

CHUNK_BYTES = 1 << 16
"""How much a file store of Glance moves at once, unless it is told otherwise."""


class ImportMethods:
    def __init__(self, state: CloudState) -> None:
        self._document = {
            "import-methods": {
                "description": "Import methods available.",
                "type": "array",
                "value": list(IMPORT_METHODS),
            }
        }

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        refuse_body(req)
        write_json(resp, self._document)


class StoreInfo:
    """The stores to choose from: unknown where there is but one."""

    def __init__(self, state: CloudState, *, with_detail: bool) -> None:
        self._state = state
        self._with_detail = with_detail

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        refuse_body(req)
        if not self._state.stores.names:
            raise NotFound("Multi backend is not supported at this site.")
        stores = [self._describe(name) for name in self._state.stores.listed]
        if self._with_detail:
            caller: Caller = req.context.caller
            project_id = caller.project_id
            policy.enforce_on_project(caller, "stores_info_detail", project_id)
            stores = [{**store, **self._detail(store["id"])} for store in stores]
        write_json(resp, {"stores": stores})

    def _describe(self, name: str) -> dict[str, Any]:
        if name == WEB:
            description = "Images elsewhere"
            return {"id": name, "description": description, "read-only": "true"}
        if name == self._state.stores.default_name:
            return {"id": name, "description": "The default store", "default": "true"}
        return {"id": name, "description": "Another store"}

    def _detail(self, name: str) -> dict[str, Any]:
        if name == WEB:
            return {"type": "http", "properties": {}, "weight": 0}
        kind = self._state.settings.store
        return {"type": kind, "properties": self._properties(name), "weight": 0}

    def _properties(self, name: str) -> dict[str, Any]:
        store = self._state.stores.stores[name]
        if not isinstance(store, FileStore):
            return {}
        return {
            "data_dir": str(store.folder.absolute()),
            "chunk_size": CHUNK_BYTES,
            "thin_provisioning": False,
        }


class Usage:
    """What the project uses of its quotas: it has none. Other methods are unknown."""

    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._document: dict[str, object] = {"usage": {}}

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        write_json(resp, self._document)


ROUTES = (
    Route("/v2/info/import", ImportMethods),
    Route("/v2/info/stores", lambda state: StoreInfo(state, with_detail=False)),
    Route("/v2/info/stores/detail", lambda state: StoreInfo(state, with_detail=True)),
    Route("/v2/info/usage", Usage),
)
