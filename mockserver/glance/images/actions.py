"""Taking an image out of use, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance import default_policy as policy
from mockserver.glance.errors import Forbidden
from mockserver.glance.requests.bodies import refuse_body
from mockserver.glance.requests.lookup import get_image
from mockserver.glance.times import store_time
from mockserver.storage.images import change_status

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_STATUSES = {
    "deactivate": ("active", "deactivated"),
    "reactivate": ("deactivated", "active"),
}
"""From and to which status an action takes an image."""


class ImageAction:
    def __init__(self, state: CloudState, action: str) -> None:
        self._state = state
        self._action = action

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        refuse_body(req)
        old, new = _STATUSES[self._action]
        with self._state.database.begin() as db:
            image = get_image(db, req.context.caller, image_id)
            policy.enforce(req.context.caller, self._action, image)
            if image.status not in (old, new):
                raise Forbidden(
                    f"Not allowed to {self._action} image in status '{image.status}'"
                )
            now = store_time(self._state.clock.now())
            change_status(db, image_id, old, new, updated_at=now)
        resp.status = falcon.HTTP_204


ROUTES = (
    (
        "/v2/images/{image_id}/actions/deactivate",
        lambda state: ImageAction(state, "deactivate"),
    ),
    (
        "/v2/images/{image_id}/actions/reactivate",
        lambda state: ImageAction(state, "reactivate"),
    ),
)
