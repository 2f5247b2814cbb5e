"""Tags of an image, added and removed one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance.errors import BadRequest, NotFound, TooLarge
from mockserver.glance.requests.call import writing
from mockserver.glance.requests.limits import check_storable, check_tag_count
from mockserver.glance.requests.lookup import as_received, get_image
from mockserver.glance.requests.schemas import check_image
from mockserver.handlers.routes import Route
from mockserver.storage.images import Image, save_image

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call
    from mockserver.state.cloud_state import CloudState


class ImageTag:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, image_id: str, tag: str
    ) -> None:
        tag = as_received(tag)
        with writing(self._state, req) as call:
            check_image({"tags": [tag]})
            image = _get_changeable_image(call, image_id)
            image.tags = list(dict.fromkeys([*image.tags, tag]))
            try:
                check_tag_count(image.tags)
            except TooLarge as error:
                raise TooLarge(
                    f"Image tag limit exceeded for image {image_id}: {error}:"
                ) from None
            _save(call, image)
        resp.status = falcon.HTTP_204

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str, tag: str
    ) -> None:
        tag = as_received(tag)
        with writing(self._state, req) as call:
            image = _get_changeable_image(call, image_id)
            if tag not in image.tags:
                raise NotFound
            image.tags.remove(tag)
            _save(call, image)
        resp.status = falcon.HTTP_204


def _get_changeable_image(call: Call, image_id: str) -> Image:
    try:
        image = get_image(call, image_id)
    except NotFound:
        raise NotFound(f"Image {image_id} not found.") from None
    call.enforce("modify_image", image)
    return image


def _save(call: Call, image: Image) -> None:
    try:
        check_storable(image)
    except BadRequest as error:
        raise BadRequest(f"Could not update image: {error}") from None
    image.updated_at = call.timestamp()
    save_image(call.db, image)


ROUTES = (Route("/v2/images/{image_id}/tags/{tag}", ImageTag),)
