"""Tags of an image, set and removed one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance import default_policy as policy
from mockserver.glance.errors import BadRequest, NotFound, TooLarge
from mockserver.glance.requests.bodies import refuse_body
from mockserver.glance.requests.limits import check_storable, check_tag_count
from mockserver.glance.requests.lookup import as_received, get_image_of
from mockserver.glance.requests.schemas import check_image
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage.images import Image, save_image

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState


class ImageTag:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, image_id: str, tag: str
    ) -> None:
        refuse_body(req)
        tag = as_received(tag)
        check_image({"tags": [tag]})
        with self._state.database.begin() as db:
            image = _get_own_image(db, req.context.caller, image_id)
            image.tags = list(dict.fromkeys([*image.tags, tag]))
            try:
                check_tag_count(image.tags)
            except TooLarge as error:
                raise TooLarge(
                    f"Image tag limit exceeded for image {image_id}: {error}:"
                ) from None
            self._save(db, image)
        resp.status = falcon.HTTP_204

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str, tag: str
    ) -> None:
        refuse_body(req)
        tag = as_received(tag)
        with self._state.database.begin() as db:
            image = _get_own_image(db, req.context.caller, image_id)
            if tag not in image.tags:
                raise NotFound
            image.tags.remove(tag)
            self._save(db, image)
        resp.status = falcon.HTTP_204

    def _save(self, db: Connection, image: Image) -> None:
        try:
            check_storable(image)
        except BadRequest as error:
            raise BadRequest(f"Could not update image: {error}") from None
        image.updated_at = store_time(self._state.clock.now())
        save_image(db, image)


def _get_own_image(db: Connection, caller: Caller, image_id: str) -> Image:
    try:
        image = get_image_of(db, caller, image_id)
    except NotFound:
        raise NotFound(f"Image {image_id} not found.") from None
    policy.enforce(caller, "modify_image", image)
    return image


ROUTES = (Route("/v2/images/{image_id}/tags/{tag}", ImageTag),)
