"""Images: listed, registered, shown, changed and deleted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import falcon

from mockserver.glance.data.locations import (
    LocationEditor,
    Sizes,
    by_age,
    measure,
    named_urls,
)
from mockserver.glance.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    UnsupportedMedia,
)
from mockserver.glance.images.creation import new_image
from mockserver.glance.images.updates import apply_change
from mockserver.glance.requests.bodies import (
    ignore_body,
    read_json,
    read_object,
    write_json,
)
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.limits import check_property_count, check_storable
from mockserver.glance.requests.listing import parse_query, parse_selection
from mockserver.glance.requests.lookup import get_image, is_visible
from mockserver.glance.requests.patches import Change, parse_changes
from mockserver.glance.requests.views import image_path, show_image
from mockserver.handlers.routes import Route
from mockserver.storage import image_cache
from mockserver.storage.image_selection import Viewer, select_images
from mockserver.storage.images import (
    Image,
    find_image,
    insert_images,
    mark_deleted,
    save_image,
)
from mockserver.storage.repository import DuplicateRecord

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call
    from mockserver.state.cloud_state import CloudState

IMPORT_METHODS = ("glance-direct", "web-download", "copy-image", "glance-download")
PATCH_TYPES = {
    "application/openstack-images-v2.0-json-patch": False,
    "application/openstack-images-v2.1-json-patch": True,
}
"""Media types of a PATCH, and whether its operations are those of RFC 6902."""


class Images:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req, ignore_body) as call:
            pairs = parse_query(req)
            wanted, marker = parse_selection(pairs)
            caller = call.caller
            call.enforce_on_project("get_images", caller.project_id)
            if marker is not None:
                found_marker = _find_marker(call, marker)
                wanted = dataclasses.replace(wanted, marker=found_marker)
            viewer = Viewer(caller.project_id, caller.is_admin)
            found = select_images(call.db, viewer, wanted)
        images = [image for image in found if call.allows("get_image", image)]
        # the links hold a repeated parameter once, as Glance's do
        query = {name: value for name, value in pairs if name != "marker"}
        document: dict[str, Any] = {
            "images": [show_image(call, image) for image in images],
            "first": _listing_path(query),
            "schema": "/v2/schemas/images",
        }
        if images and len(found) == wanted.limit:
            document["next"] = _listing_path({**query, "marker": images[-1].id})
        write_json(resp, document)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        try:
            with writing(self._state, req, read_object) as call:
                image = new_image(call, call.body)
                insert_images(call.db, [image])
        except DuplicateRecord:
            raise Conflict(f"Image ID {image.id} already exists!") from None
        resp.status = falcon.HTTP_201
        resp.set_header("Location", req.context.base_url + image_path(image.id))
        resp.set_header("OpenStack-image-import-methods", ",".join(IMPORT_METHODS))
        if store_ids := self._state.stores.announced:
            resp.set_header("OpenStack-image-store-ids", ",".join(store_ids))
        write_json(resp, show_image(call, image))


def _find_marker(call: Call, image_id: str) -> Image:
    """Return the image that a marker names.

    Raises :class:`BadRequest` if there is none, and, unlike elsewhere,
    :class:`Forbidden` for one that the caller does not see.
    """
    image = find_image(call.db, image_id)
    if image is None or (image.deleted and not call.caller.is_admin):
        raise BadRequest(f"No image found with ID {image_id}")
    if not is_visible(call, image):
        raise Forbidden(f"Forbidding request, image {image_id} not visible")
    return image


def _listing_path(query: dict[str, str]) -> str:
    return f"/v2/images?{urlencode(query)}" if query else "/v2/images"


class ImageById:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        with reading(self._state, req) as call:
            image = get_image(call, image_id)
            call.enforce("get_image", image)
        write_json(resp, show_image(call, image))

    def on_patch(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        changes = _read_changes(req)
        sizes = self._measure(req, image_id, changes)
        with writing(self._state, req, ignore_body) as call:
            image = get_image(call, image_id)
            old_names, locations = set(image.properties), list(image.locations)
            editor = LocationEditor(self._state.stores, image, sizes)
            for change in changes:
                if change.name == "locations":
                    editor.apply(call, change)
                else:
                    apply_change(call, image, change)
            shown = image.locations
            image.locations = by_age(shown, locations)
            if changes:
                has_more = set(image.properties) > old_names
                _save(call, image, has_more_properties=has_more)
            image.locations = shown
        kept = [location["url"] for location in image.locations]
        dropped = [one for one in locations if one["url"] not in kept]
        self._state.stores.discard(image_id, dropped)
        write_json(resp, show_image(call, image))

    def _measure(
        self, req: falcon.Request, image_id: str, changes: list[Change]
    ) -> Sizes:
        """Return the sizes of what lies under the URLs that changes name.

        Other hosts are asked before the transaction that changes the image begins,
        and only for a caller who may set locations.
        """
        urls = named_urls(changes)
        if not urls:
            return {}
        with reading(self._state, req, ignore_body) as call:
            image = get_image(call, image_id)
            is_allowed = call.allows("set_image_location", image)
        return measure(self._state, urls) if is_allowed else {}

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        with writing(self._state, req) as call:
            try:
                image = get_image(call, image_id)
            except NotFound:
                raise NotFound(f"Failed to find image {image_id} to delete") from None
            call.enforce("delete_image", image)
            if image.protected:
                raise Forbidden(f"Image {image_id} is protected and cannot be deleted.")
            mark_deleted(call.db, image_id, call.timestamp())
            image_cache.drop_cached(call.db, image_id)
        self._state.stores.discard(image_id, image.locations)
        self._state.stores.unstage(image_id)
        resp.status = falcon.HTTP_204


def _save(call: Call, image: Image, *, has_more_properties: bool) -> None:
    """Store a changed image.

    ``has_more_properties`` says whether properties were added, and none removed. Raises
    :class:`Forbidden` if the caller does not see the image as it is now.
    """
    if has_more_properties:
        check_property_count(image.properties)
    check_storable(image)
    image.updated_at = call.timestamp()
    save_image(call.db, image)
    if not is_visible(call, image):
        raise Forbidden(f"Forbidding request, image {image.id} not visible")


def _read_changes(req: falcon.Request) -> list[Change]:
    """Return the changes that a PATCH lists.

    Raises :class:`UnsupportedMedia`, and as :func:`parse_changes` does.
    """
    media_type = (req.content_type or "").partition(";")[0].strip()
    if media_type not in PATCH_TYPES:
        allowed = ", ".join(PATCH_TYPES)
        raise UnsupportedMedia(
            detail=f"Image PATCH expects Content-Type one of: {allowed}",
            headers={"Accept-Patch": allowed},
        )
    return parse_changes(read_json(req), is_rfc6902=PATCH_TYPES[media_type])


ROUTES = (Route("/v2/images", Images), Route("/v2/images/{image_id}", ImageById))
