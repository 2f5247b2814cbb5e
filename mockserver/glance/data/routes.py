"""The bytes of an image: uploaded and downloaded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import falcon

from mockserver.blobs import BlobMissing, StoreFull
from mockserver.blobs.stores import ReadOnlyStore, UnknownStore
from mockserver.glance import default_policy as policy
from mockserver.glance.data.downloads import Checked, watch_download
from mockserver.glance.data.fetching import FetchFailed, Refused, fetch, read_pieces
from mockserver.glance.data.ranges import parse_range
from mockserver.glance.data.uploads import Received, receive
from mockserver.glance.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    ServerError,
    TooLarge,
    UnsupportedMedia,
)
from mockserver.glance.requests.bodies import refuse_body
from mockserver.glance.requests.lookup import get_image_of
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage.images import Image, add_location, change_status

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

MEDIA_TYPE = "application/octet-stream"
MEDIUM_FULL = (
    "Image storage media is full: There is not enough disk space on the image storage"
    " media."
)


class ImageData:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        with self._state.database.read() as db:
            image = get_image_of(db, caller, image_id)
        if image.status == "deactivated" and not caller.is_admin:
            raise Forbidden(
                "The requested image has been deactivated."
                " Image data download is forbidden."
            )
        policy.enforce(caller, "download_image", image)
        self._prefer(caller, image, req.get_param("prefer") or "")
        self._send(req, resp, image)

    def _prefer(self, caller: Caller, image: Image, listed: str) -> None:
        """Let the locations in stores that a request lists come first."""
        names = [name.strip() for name in listed.split(",") if name.strip()]
        if not names:
            return
        policy.enforce(caller, "download_from_store", image)
        known = self._state.stores.listed
        if not known:
            raise BadRequest(
                "Store selection for download is not available when multiple backends"
                " are not enabled."
            )
        for name in names:
            if name not in known:
                raise BadRequest(f"Store '{name}' is not configured.")
        image.locations.sort(key=lambda one: one["metadata"].get("store") not in names)

    def _send(self, req: falcon.Request, resp: falcon.Response, image: Image) -> None:
        part = parse_range(req, image.size)
        if not image.locations:
            resp.status = falcon.HTTP_204
            return
        if image.size is None:
            raise ServerError  # data that was refused lies there, as in Glance
        span = (part.offset, part.length) if part else (0, None)
        pieces = self._read(image, *span)
        if pieces is None:
            resp.status = falcon.HTTP_204
            return
        if part is None:
            pieces = watch_download(self._state, image, pieces)
        else:
            resp.status = falcon.HTTP_206
            resp.set_header("Content-Range", part.content_range)
        if image.checksum:
            resp.set_header("Content-MD5", image.checksum)
        resp.content_type = MEDIA_TYPE
        length = part.length if part else image.size
        resp.set_stream(Checked(pieces, length), length)

    def _read(
        self, image: Image, offset: int, length: int | None
    ) -> Iterator[bytes] | None:
        """Return the pieces of the first location that has the data."""
        for location in image.locations:
            store = self._state.stores.holder(location)
            with contextlib.suppress(BlobMissing, Refused, FetchFailed):
                if store is not None:
                    return store.read(image.id, offset, length)
                if length is not None:
                    raise BadRequest(
                        "Getting images randomly from this store is not supported."
                        f" Offset: {offset}, length: {length}"
                    )
                allowed = self._state.settings.allow_web_download
                return read_pieces(fetch(allowed, location["url"]))
        return None

    def on_put(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        expected_bytes = announced_size(req)
        store_name = self._chosen_store(req)
        image = self._begin(req.context.caller, image_id)
        try:
            store = self._state.stores.writable(store_name)
            received = receive(
                store,
                image,
                req.stream,
                expected_bytes,
                must_match=self._state.settings.must_match_format,
            )
        except ReadOnlyStore:
            self._give_up(image_id)
            raise Gone(
                "Error in store configuration. Adding images to store is disabled."
            ) from None
        except StoreFull:
            self._give_up(image_id)
            raise TooLarge(MEDIUM_FULL) from None
        except BaseException:  # among them: the sender hung up
            self._give_up(image_id)
            raise
        self._finish(image_id, store_name, received)
        resp.status = falcon.HTTP_204

    def _chosen_store(self, req: falcon.Request) -> str | None:
        stores = self._state.stores
        if not stores.names:
            return None
        name = req.get_header("X-Image-Meta-Store", default=stores.default_name)
        try:
            stores.check(name)
        except UnknownStore as error:
            raise BadRequest(str(error)) from None
        return name

    def _begin(self, caller: Caller, image_id: str) -> Image:
        """Move the image from ``queued`` to ``saving``: of two senders, one can."""
        with self._state.database.begin() as db:
            image = get_image_of(db, caller, image_id)
            policy.enforce(caller, "upload_image", image)
            if image.status != "queued":
                raise Conflict(
                    f"Image status transition from {image.status} to saving"
                    " is not allowed"
                )
            _check_formats(image)
            change_status(db, image_id, "queued", "saving", updated_at=self._now())
        return image

    def _give_up(self, image_id: str) -> None:
        with self._state.database.begin() as db:
            change_status(db, image_id, "saving", "queued", updated_at=self._now())

    def _finish(
        self, image_id: str, store_name: str | None, received: Received
    ) -> None:
        refusal = received.refusal
        status = "active" if refusal is None else "queued"
        # Glance remembers the hashes of data it refused, and where the data lies
        values = received.columns() if refusal is None else received.hashes()
        location = self._state.stores.locate(store_name, image_id)
        with self._state.database.begin() as db:
            is_there = change_status(
                db, image_id, "saving", status, updated_at=self._now(), **values
            )
            if is_there:
                add_location(db, image_id, location)
        if not is_there:
            self._state.stores.discard(image_id, [location])
            raise Gone(
                f"Image {image_id} could not be found after upload. The image may have"
                " been deleted during the upload, cleaning up the chunks uploaded."
            )
        if refusal is not None:
            raise UnsupportedMedia(detail=refusal)

    def _now(self) -> str:
        return store_time(self._state.clock.now())


def announced_size(req: falcon.Request) -> int:
    """Return the size in bytes that the headers tell, 0 where they do not."""
    media_type = (req.content_type or "").partition(";")[0].strip()
    if media_type != MEDIA_TYPE:
        shown = None if req.content_type is None else media_type
        raise UnsupportedMedia(detail=f"Invalid content type {shown}")
    size = req.get_header("X-OpenStack-Image-Size")
    if size is None:
        return req.content_length or 0
    try:
        return int(size)
    except ValueError:
        raise BadRequest("Invalid or missing image size in request headers.") from None


def _check_formats(image: Image) -> None:
    missing = [
        name for name in ("disk_format", "container_format") if not getattr(image, name)
    ]
    if missing:
        noun = "Property" if len(missing) == 1 else "Properties"
        raise BadRequest(
            f"{noun} {', '.join(missing)} must be set prior to saving data."
        )


ROUTES = (Route("/v2/images/{image_id}/file", ImageData),)
