"""What this Glance can do; source: Glance 33 ``api/v2/discovery.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.blobs.file import FileStore
from mockserver.blobs.stores import WEB
from mockserver.glance.errors import NotFound
from mockserver.glance.images.images import IMPORT_METHODS
from mockserver.glance.requests.bodies import refuse_body, write_json
from mockserver.glance.requests.call import reading
from mockserver.handlers.routes import Route

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

CHUNK_BYTES = 1 << 16
"""The default of the chunk size with which Glance's file store reads and writes."""


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
    """The stores to choose from, where there are several."""

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        refuse_body(req)
        stores = [self._describe(name) for name in self._list()]
        write_json(resp, {"stores": stores})

    def on_get_detail(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            names = self._list()
            call.enforce_on_project("stores_info_detail", call.caller.project_id)
        stores = [{**self._describe(name), **self._detail(name)} for name in names]
        write_json(resp, {"stores": stores})

    def _list(self) -> tuple[str, ...]:
        """Return the stores' names. Raises :class:`NotFound` where they have none."""
        if not self._state.stores.names:
            raise NotFound("Multi backend is not supported at this site.")
        return self._state.stores.listed

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
    """The project's usage of its quotas, of which it has none.

    Other methods are answered as an unknown path.
    """

    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._document: dict[str, object] = {"usage": {}}

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        write_json(resp, self._document)


ROUTES = (
    Route("/v2/info/import", ImportMethods),
    Route("/v2/info/stores", StoreInfo),
    Route("/v2/info/stores/detail", StoreInfo, "detail"),
    Route("/v2/info/usage", Usage),
)
