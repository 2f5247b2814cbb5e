"""What this Glance can do; source: Glance 33 ``api/v2/discovery.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance.bodies import refuse_body, write_json
from mockserver.glance.errors import NotFound
from mockserver.glance.images import IMPORT_METHODS

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud


class ImportMethods:
    def __init__(self, cloud: MockCloud) -> None:
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


class Stores:
    """The stores to choose from: none, where there is but one."""

    def __init__(self, cloud: MockCloud) -> None:
        pass

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        refuse_body(req)
        raise NotFound("Multi backend is not supported at this site.")


class Usage:
    """What the project uses of its quotas: it has none. Other methods are unknown."""

    hides_methods = True

    def __init__(self, cloud: MockCloud) -> None:
        self._document: dict[str, object] = {"usage": {}}

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        write_json(resp, self._document)


ROUTES = (
    ("/v2/info/import", ImportMethods),
    ("/v2/info/stores", Stores),
    ("/v2/info/stores/detail", Stores),
    ("/v2/info/usage", Usage),
)
