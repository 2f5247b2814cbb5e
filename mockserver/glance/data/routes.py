"""The bytes of an image: uploaded and downloaded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import falcon

from mockserver.blobs import BlobMissing, StoreFull
from mockserver.blobs.stores import ReadOnlyStore, UnknownStore
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
from mockserver.glance.requests.bodies import ignore_body
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.lookup import get_image
from mockserver.handlers.routes import Route
from mockserver.storage.images import Image, add_location, change_status

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call
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
        with reading(self._state, req) as call:
            image = get_image(call, image_id)
            if image.status == "deactivated" and not call.caller.is_admin:
                raise Forbidden(
                    "The requested image has been deactivated."
                    " Image data download is forbidden."
                )
            call.enforce("download_image", image)
            _put_preferred_first(call, image)
        self._send(req, resp, image)

    def _send(self, req: falcon.Request, resp: falcon.Response, image: Image) -> None:
        part = parse_range(req, image.size)
        if not image.locations:
            resp.status = falcon.HTTP_204
            return
        if image.size is None:
            raise ServerError  # as Glance for data that it refused and yet stored
        offset, length = (part.offset, part.length) if part else (0, None)
        pieces = self._read(image, offset, length)
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
        size_bytes = part.length if part else image.size
        resp.set_stream(Checked(pieces, size_bytes), size_bytes)

    def _read(
        self, image: Image, offset: int, length: int | None
    ) -> Iterator[bytes] | None:
        """Return the data of the first location that has it, None if none has.

        ``length`` is None for all of the data. Raises :class:`BadRequest` for a part
        of data on another host.
        """
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
        with self._saving(req, image_id) as image:
            received = receive(
                self._state.stores.writable(store_name),
                image,
                req.stream,
                expected_bytes,
                must_match=self._state.settings.must_match_format,
            )
        self._finish(req, image_id, store_name, received)
        resp.status = falcon.HTTP_204

    def _chosen_store(self, req: falcon.Request) -> str | None:
        """Return the name of the store to put data in, None where stores have none."""
        stores = self._state.stores
        if not stores.names:
            return None
        name = req.get_header("X-Image-Meta-Store", default=stores.default_name)
        try:
            stores.check(name)
        except UnknownStore as error:
            raise BadRequest(str(error)) from None
        return name

    @contextlib.contextmanager
    def _saving(self, req: falcon.Request, image_id: str) -> Iterator[Image]:
        """Hold the image in status ``saving`` while the block stores its data.

        If the block raises, the image is ``queued`` again. Raises :class:`Conflict` for
        an image that is not queued, as when another upload has begun, :class:`Gone` for
        a store that takes no data, and :class:`TooLarge` for one that is full.
        """
        with writing(self._state, req, ignore_body) as call:
            image = get_image(call, image_id)
            call.enforce("upload_image", image)
            if image.status != "queued":
                raise Conflict(
                    f"Image status transition from {image.status} to saving"
                    " is not allowed"
                )
            _check_formats(image)
            now = call.timestamp()
            change_status(call.db, image_id, "queued", "saving", updated_at=now)
        try:
            yield image
        except BaseException as error:  # whatever it is, nobody saves the image now
            with writing(self._state, req, ignore_body) as call:
                now = call.timestamp()
                change_status(call.db, image_id, "saving", "queued", updated_at=now)
            if isinstance(error, ReadOnlyStore):
                raise Gone(
                    "Error in store configuration. Adding images to store is disabled."
                ) from None
            if isinstance(error, StoreFull):
                raise TooLarge(MEDIUM_FULL) from None
            raise

    def _finish(
        self,
        req: falcon.Request,
        image_id: str,
        store_name: str | None,
        received: Received,
    ) -> None:
        """Store what is known of received data, and make the image active.

        Raises :class:`Gone` if the image was deleted meanwhile, and
        :class:`UnsupportedMedia` for data that it cannot use.
        """
        refusal = received.refusal
        status = "active" if refusal is None else "queued"
        # of data that it refuses, Glance stores the hashes and the location
        values = received.columns() if refusal is None else received.hashes()
        location = self._state.stores.locate(store_name, image_id)
        with writing(self._state, req, ignore_body) as call:
            exists = change_status(
                call.db,
                image_id,
                "saving",
                status,
                updated_at=call.timestamp(),
                **values,
            )
            if exists:
                add_location(call.db, image_id, location)
        if not exists:
            self._state.stores.discard(image_id, [location])
            raise Gone(
                f"Image {image_id} could not be found after upload. The image may have"
                " been deleted during the upload, cleaning up the chunks uploaded."
            )
        if refusal is not None:
            raise UnsupportedMedia(detail=refusal)


def _put_preferred_first(call: Call, image: Image) -> None:
    """Move the locations in stores that ``?prefer=`` lists to the front.

    Raises :class:`BadRequest`, and as :meth:`Call.enforce` does.
    """
    listed = call.req.get_param("prefer") or ""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    if not names:
        return
    call.enforce("download_from_store", image)
    known = call.state.stores.listed
    if not known:
        raise BadRequest(
            "Store selection for download is not available when multiple backends"
            " are not enabled."
        )
    for name in names:
        if name not in known:
            raise BadRequest(f"Store '{name}' is not configured.")
    image.locations.sort(key=lambda one: one["metadata"].get("store") not in names)


def announced_size(req: falcon.Request) -> int | None:
    """Return the size in bytes that the headers announce, None for none or 0.

    Raises :class:`UnsupportedMedia` for a content type other than
    ``application/octet-stream``, and :class:`BadRequest` for a size that is no number.
    """
    media_type = (req.content_type or "").partition(";")[0].strip()
    if media_type != MEDIA_TYPE:
        shown = None if req.content_type is None else media_type
        raise UnsupportedMedia(detail=f"Invalid content type {shown}")
    size = req.get_header("X-OpenStack-Image-Size")
    if size is None:
        return req.content_length or None
    try:
        return int(size) or None
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
