"""Data that waits for its import; source: Glance 33 ``api/v2/image_data.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.blobs import BlobExists, StoreFull
from mockserver.glance import default_policy as policy
from mockserver.glance.data.routes import MEDIUM_FULL, announced_size
from mockserver.glance.data.uploads import stage
from mockserver.glance.errors import Conflict, NotFound, TooLarge
from mockserver.glance.requests.lookup import get_image_of
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage.images import change_status

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState


class Staging:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_put(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        expected_bytes = announced_size(req)
        self._begin(req.context.caller, image_id)
        staging = self._state.stores.staging
        try:
            size = stage(staging, image_id, req.stream, expected_bytes)
        except BlobExists:
            self._move(image_id, "queued")
            raise Conflict(f"The image {image_id} has data on staging") from None
        except StoreFull:
            self._move(image_id, "queued")
            raise TooLarge(MEDIUM_FULL) from None
        except BaseException:  # among them: the sender hung up
            self._move(image_id, "queued")
            raise
        if not self._move(image_id, "uploading", size=size):
            self._state.stores.unstage(image_id)
            raise NotFound(f"No image found with ID {image_id}")
        resp.status = falcon.HTTP_204

    def _begin(self, caller: Caller, image_id: str) -> None:
        """Move the image from ``queued`` to ``uploading``: of two senders, one can."""
        with self._state.database.begin() as db:
            image = get_image_of(db, caller, image_id)
            policy.enforce(caller, "modify_image", image)
            now = store_time(self._state.clock.now())
            if not change_status(db, image_id, "queued", "uploading", updated_at=now):
                raise Conflict(
                    f"Image status transition from {image.status} to uploading"
                    " is not allowed"
                )

    def _move(self, image_id: str, status: str, **values: int) -> bool:
        now = store_time(self._state.clock.now())
        with self._state.database.begin() as db:
            return change_status(
                db, image_id, "uploading", status, updated_at=now, **values
            )


ROUTES = (Route("/v2/images/{image_id}/stage", Staging),)
