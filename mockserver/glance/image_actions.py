"""Taking an image out of use, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance import policy
from mockserver.glance.bodies import refuse_body
from mockserver.glance.errors import Forbidden
from mockserver.glance.lookup import get_image
from mockserver.glance.times import store_time
from mockserver.storage.images import change_status

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud

_STATUSES = {
    "deactivate": ("active", "deactivated"),
    "reactivate": ("deactivated", "active"),
}
"""From and to which status an action takes an image."""


class ImageAction:
    def __init__(self, cloud: MockCloud, action: str) -> None:
        self._cloud = cloud
        self._action = action

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        refuse_body(req)
        old, new = _STATUSES[self._action]
        with self._cloud.database.begin() as db:
            image = get_image(db, req.context.caller, image_id)
            policy.enforce(req.context.caller, self._action, image)
            if image.status not in (old, new):
                raise Forbidden(
                    f"Not allowed to {self._action} image in status '{image.status}'"
                )
            now = store_time(self._cloud.clock.now())
            change_status(db, image_id, old, new, updated_at=now)
        resp.status = falcon.HTTP_204


ROUTES = (
    (
        "/v2/images/{image_id}/actions/deactivate",
        lambda cloud: ImageAction(cloud, "deactivate"),
    ),
    (
        "/v2/images/{image_id}/actions/reactivate",
        lambda cloud: ImageAction(cloud, "reactivate"),
    ),
)
