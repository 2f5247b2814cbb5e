"""An image's data in one of several stores; source: Glance 33 ``images.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance import default_policy as policy
from mockserver.glance.errors import Conflict, Forbidden, NotFound
from mockserver.glance.requests.bodies import refuse_body
from mockserver.glance.requests.lookup import get_image_of
from mockserver.glance.times import store_time
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
        refuse_body(req)
        stores, caller = self._state.stores, req.context.caller
        if not stores.names:
            raise NotFound
        if store not in stores.announced:
            raise Conflict(f"The selected store {store} is not available on this node.")
        with self._state.database.begin() as db:
            try:
                image = get_image_of(db, caller, image_id)
            except NotFound:
                raise NotFound(f"Failed to find image {image_id}") from None
            policy.enforce(caller, "get_image_location", image)
            policy.enforce(caller, "delete_image_location", image)
            location = _pick(image, store)
            image.locations.remove(location)
            image.updated_at = store_time(self._state.clock.now())
            save_image(db, image)
        stores.discard(image_id, [location])
        resp.status = falcon.HTTP_204


def _pick(image: Image, store: str) -> dict[str, object]:
    """Return the location to delete. Raises Conflict, Forbidden or NotFound."""
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
