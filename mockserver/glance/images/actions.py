"""Taking an image out of use, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance.errors import Forbidden
from mockserver.glance.requests.call import writing
from mockserver.glance.requests.lookup import get_image
from mockserver.handlers.routes import Route
from mockserver.storage.images import change_status

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_STATUSES = {
    "deactivate": ("active", "deactivated"),
    "reactivate": ("deactivated", "active"),
}
"""From and to which status an action takes an image."""


class ImageActions:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post_deactivate(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        self._move(req, resp, image_id, "deactivate")

    def on_post_reactivate(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        self._move(req, resp, image_id, "reactivate")

    def _move(
        self, req: falcon.Request, resp: falcon.Response, image_id: str, action: str
    ) -> None:
        old, new = _STATUSES[action]
        with writing(self._state, req) as call:
            image = get_image(call, image_id)
            call.enforce(action, image)
            if image.status not in (old, new):
                raise Forbidden(
                    f"Not allowed to {action} image in status '{image.status}'"
                )
            change_status(call.db, image_id, old, new, updated_at=call.timestamp())
        resp.status = falcon.HTTP_204


ROUTES = (
    Route("/v2/images/{image_id}/actions/deactivate", ImageActions, "deactivate"),
    Route("/v2/images/{image_id}/actions/reactivate", ImageActions, "reactivate"),
)
