"""Deleting an image's data from one of its stores; source: Glance 33 ``images.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance.errors import Conflict, Forbidden, NotFound
from mockserver.glance.requests.call import writing
from mockserver.glance.requests.lookup import get_image
from mockserver.handlers.routes import Route
from mockserver.storage.images import save_image

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.images import Image


class ImageInStore:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, store: str, image_id: str
    ) -> None:
        stores = self._state.stores
        with writing(self._state, req) as call:
            if not stores.names:
                raise NotFound
            if store not in stores.announced:
                raise Conflict(
                    f"The selected store {store} is not available on this node."
                )
            try:
                image = get_image(call, image_id)
            except NotFound:
                raise NotFound(f"Failed to find image {image_id}") from None
            call.enforce("get_image_location", image)
            call.enforce("delete_image_location", image)
            location = _find_location(image, store)
            image.locations.remove(location)
            image.updated_at = call.timestamp()
            save_image(call.db, image)
        stores.discard(image_id, [location])
        resp.status = falcon.HTTP_204


def _find_location(image: Image, store: str) -> dict[str, object]:
    """Return the location of an image in a store, if it may be deleted.

    Raises :class:`Conflict` unless the image is active, :class:`Forbidden` for its only
    location, and :class:`NotFound` where the image is not in the store.
    """
    if image.status != "active":
        raise Conflict(
            "It's not allowed to remove image data from store if image status is not"
            " 'active'"
        )
    if len(image.locations) == 1:
        raise Forbidden(
            "Cannot delete image data from the only store containing it. Consider"
            " deleting the image instead."
        )
    for location in image.locations:
        if location["metadata"].get("store") == store:
            return location
    raise NotFound(f"Image {image.id} is not stored in store {store}.")


ROUTES = (Route("/v2/stores/{store}/{image_id}", ImageInStore),)
