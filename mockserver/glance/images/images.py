"""Images: listed, registered, shown, changed and deleted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import falcon

from mockserver.glance import default_policy as policy
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
    read_json,
    read_object,
    refuse_body,
    write_json,
)
from mockserver.glance.requests.limits import check_property_count, check_storable
from mockserver.glance.requests.listing import parse_query, parse_selection
from mockserver.glance.requests.lookup import get_image_of, is_visible, viewer_of
from mockserver.glance.requests.patches import Change, parse_changes
from mockserver.glance.requests.views import image_path, show_image
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage import image_cache
from mockserver.storage.image_selection import select_images
from mockserver.storage.images import (
    Image,
    find_image,
    insert_images,
    mark_deleted,
    save_image,
)
from mockserver.storage.repository import DuplicateRecord

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

IMPORT_METHODS = ("glance-direct", "web-download", "copy-image", "glance-download")
PATCH_TYPES = {
    "application/openstack-images-v2.0-json-patch": False,
    "application/openstack-images-v2.1-json-patch": True,
}
"""Media types of a PATCH, and whether its operations are RFC 6902's."""


class Images:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        caller: Caller = req.context.caller
        pairs = parse_query(req)
        wanted, marker = parse_selection(pairs)
        policy.enforce_on_project(caller, "get_images", caller.project_id)
        with self._state.database.read() as db:
            if marker is not None:
                found_marker = _find_marker(db, caller, marker)
                wanted = dataclasses.replace(wanted, marker=found_marker)
            found = select_images(db, viewer_of(caller), wanted)
        images = [image for image in found if policy.allows(caller, "get_image", image)]
        settings = self._state.settings
        # a repeated parameter comes back once, as it does from Glance
        query = {name: value for name, value in pairs if name != "marker"}
        document: dict[str, Any] = {
            "images": [show_image(settings, caller, image) for image in images],
            "first": _listing_path(query),
            "schema": "/v2/schemas/images",
        }
        if images and len(found) == wanted.limit:
            document["next"] = _listing_path({**query, "marker": images[-1].id})
        write_json(resp, document)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        caller: Caller = req.context.caller
        image = new_image(self._state, caller, read_object(req))
        try:
            with self._state.database.begin() as db:
                insert_images(db, [image])
        except DuplicateRecord:
            raise Conflict(f"Image ID {image.id} already exists!") from None
        resp.status = falcon.HTTP_201
        resp.set_header("Location", req.context.base_url + image_path(image.id))
        resp.set_header("OpenStack-image-import-methods", ",".join(IMPORT_METHODS))
        if store_ids := self._state.stores.announced:
            resp.set_header("OpenStack-image-store-ids", ",".join(store_ids))
        write_json(resp, show_image(self._state.settings, caller, image))


def _find_marker(db: Connection, caller: Caller, image_id: str) -> Image:
    """Return the image; unlike elsewhere, one out of sight is told from none."""
    image = find_image(db, image_id)
    if image is None or (image.deleted and not caller.is_admin):
        raise BadRequest(f"No image found with ID {image_id}")
    if not is_visible(db, caller, image):
        raise Forbidden(f"Forbidding request, image {image_id} not visible")
    return image


def _listing_path(query: dict[str, str]) -> str:
    return f"/v2/images?{urlencode(query)}" if query else "/v2/images"


class ImageById:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        with self._state.database.read() as db:
            image = get_image_of(db, caller, image_id)
        policy.enforce(caller, "get_image", image)
        write_json(resp, show_image(self._state.settings, caller, image))

    def on_patch(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        caller: Caller = req.context.caller
        changes = parse_changes(_read_patch(req), is_rfc6902=_dialect_of(req))
        sizes = self._measure(caller, image_id, changes)
        with self._state.database.begin() as db:
            image = get_image_of(db, caller, image_id)
            names, locations = set(image.properties), list(image.locations)
            editor = LocationEditor(self._state.stores, image, sizes)
            for change in changes:
                if change.name == "locations":
                    editor.apply(caller, change)
                else:
                    apply_change(caller, image, change)
            shown = image.locations
            image.locations = by_age(shown, locations)
            if changes:
                self._save(db, caller, image, grew=set(image.properties) > names)
            image.locations = shown
        kept = [location["url"] for location in image.locations]
        dropped = [one for one in locations if one["url"] not in kept]
        self._state.stores.discard(image_id, dropped)
        write_json(resp, show_image(self._state.settings, caller, image))

    def _measure(self, caller: Caller, image_id: str, changes: list[Change]) -> Sizes:
        """Ask hosts elsewhere before a transaction begins, and for who may ask."""
        urls = named_urls(changes)
        if not urls:
            return {}
        with self._state.database.read() as db:
            image = get_image_of(db, caller, image_id)
        is_allowed = policy.allows(caller, "set_image_location", image)
        return measure(self._state, urls) if is_allowed else {}

    def _save(
        self, db: Connection, caller: Caller, image: Image, *, grew: bool
    ) -> None:
        if grew:
            check_property_count(image.properties)
        check_storable(image)
        image.updated_at = store_time(self._state.clock.now())
        save_image(db, image)
        if not is_visible(db, caller, image):
            raise Forbidden(f"Forbidding request, image {image.id} not visible")

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        with self._state.database.begin() as db:
            try:
                image = get_image_of(db, caller, image_id)
            except NotFound:
                raise NotFound(f"Failed to find image {image_id} to delete") from None
            policy.enforce(caller, "delete_image", image)
            if image.protected:
                raise Forbidden(f"Image {image_id} is protected and cannot be deleted.")
            mark_deleted(db, image_id, store_time(self._state.clock.now()))
            image_cache.drop_cached(db, image_id)
        self._state.stores.discard(image_id, image.locations)
        self._state.stores.unstage(image_id)
        resp.status = falcon.HTTP_204


def _dialect_of(req: falcon.Request) -> bool:
    return PATCH_TYPES[_media_type(req)]


def _media_type(req: falcon.Request) -> str:
    return (req.content_type or "").partition(";")[0].strip()


def _read_patch(req: falcon.Request) -> Any:
    if _media_type(req) not in PATCH_TYPES:
        allowed = ", ".join(PATCH_TYPES)
        raise UnsupportedMedia(
            detail=f"Image PATCH expects Content-Type one of: {allowed}",
            headers={"Accept-Patch": allowed},
        )
    return read_json(req)


ROUTES = (Route("/v2/images", Images), Route("/v2/images/{image_id}", ImageById))
