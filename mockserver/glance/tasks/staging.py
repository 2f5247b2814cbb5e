"""Uploads of data to import later; source: Glance 33 ``api/v2/image_data.py``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import falcon

from mockserver.blobs import BlobExists, StoreFull
from mockserver.glance.data.routes import MEDIUM_FULL, announced_size
from mockserver.glance.data.uploads import stage
from mockserver.glance.errors import Conflict, NotFound, TooLarge
from mockserver.glance.requests.bodies import ignore_body
from mockserver.glance.requests.call import writing
from mockserver.glance.requests.lookup import get_image
from mockserver.handlers.routes import Route
from mockserver.storage.images import change_status

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


class Staging:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_put(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        expected_bytes = announced_size(req)
        stores = self._state.stores
        with self._uploading(req, image_id):
            try:
                size = stage(stores.staging, image_id, req.stream, expected_bytes)
            except BlobExists:
                raise Conflict(f"The image {image_id} has data on staging") from None
            except StoreFull:
                raise TooLarge(MEDIUM_FULL) from None
        if not self._update(req, image_id, "uploading", size=size):
            stores.unstage(image_id)
            raise NotFound(f"No image found with ID {image_id}")
        resp.status = falcon.HTTP_204

    @contextlib.contextmanager
    def _uploading(self, req: falcon.Request, image_id: str) -> Iterator[None]:
        """Turn a queued image to ``uploading``, and back if the block raises.

        Of two senders only one finds it queued; the other one's call raises
        :class:`Conflict`. No transaction is open in the block.
        """
        with writing(self._state, req, ignore_body) as call:
            image = get_image(call, image_id)
            call.enforce("modify_image", image)
            now = call.timestamp()
            if not change_status(
                call.db, image_id, "queued", "uploading", updated_at=now
            ):
                raise Conflict(
                    f"Image status transition from {image.status} to uploading"
                    " is not allowed"
                )
        try:
            yield
        except BaseException:  # also where the sender hung up
            self._update(req, image_id, "queued")
            raise

    def _update(
        self, req: falcon.Request, image_id: str, status: str, **values: int
    ) -> bool:
        """Change an image that is ``uploading``; False if it is so no longer."""
        with writing(self._state, req, ignore_body) as call:
            now = call.timestamp()
            return change_status(
                call.db, image_id, "uploading", status, updated_at=now, **values
            )


ROUTES = (Route("/v2/images/{image_id}/stage", Staging),)
