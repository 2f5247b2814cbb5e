"""The image cache and its management: the API of version 2.14, and the older one.

Source: Glance 33 ``api/v2/cached_images.py``, ``api/middleware/cache_manage.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.data.downloads import add_cached
from mockserver.glance.default_policy import not_authorized
from mockserver.glance.errors import BadRequest, NotFound
from mockserver.glance.requests.bodies import trip_over_body, write_json
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.lookup import as_received, get_image
from mockserver.glance.times import STORED
from mockserver.handlers.routes import Route
from mockserver.storage import image_cache as storage
from mockserver.storage.images import Image
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.glance.requests.call import Call
    from mockserver.state.cloud_state import CloudState

NO_CONTENT_TYPE = "text/html; charset=UTF-8"
"""WebOb's type of an empty body: clients would try to parse one of type JSON."""

_CLEARED: dict[str, tuple[Callable[[Connection], int], ...]] = {
    "": (storage.clear_cached, storage.clear_queued),
    "cache": (storage.clear_cached,),
    "queue": (storage.clear_queued,),
}
"""What to clear, by the value of the header X-Image-Cache-Clear-Target."""


class Cache:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            _enforce(call, "cache_list")
            cached = [_show(one) for one in storage.list_cached(call.db)]
            queued = storage.list_queued(call.db)
        write_json(resp, {"cached_images": cached, "queued_images": queued})

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _enforce(call, "cache_delete")
            target = (req.get_header("X-Image-Cache-Clear-Target") or "").lower()
            if target not in _CLEARED:
                raise BadRequest(
                    "If provided 'x-image-cache-clear-target' must be 'cache', 'queue'"
                    " or empty string."
                )
            for clear in _CLEARED[target]:
                clear(call.db)
        resp.status = falcon.HTTP_204


class CacheEntry:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            db = call.db
            is_kept = storage.is_cached(db, image_id) or storage.is_queued(db, image_id)
            if not is_kept:
                _get_image(call, image_id)
            _enforce(call, "cache_delete")
            storage.drop_cached(db, image_id)
            storage.drop_queued(db, image_id)
        resp.status = falcon.HTTP_204

    def on_put(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        with writing(self._state, req, trip_over_body) as call:
            image = _get_image(call, image_id)
            _enforce(call, "cache_image")
            if image.status != "active":
                raise BadRequest(
                    "Only images with status active can be targeted for queueing"
                )
            storage.enqueue(call.db, image_id)
            # Glance's worker caches a queued image a moment later
            if image.locations:
                add_cached(self._state, call.db, image)
        resp.status = falcon.HTTP_202
        resp.content_type = NO_CONTENT_TYPE


class CacheNodes:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        with reading(self._state, req) as call:
            _enforce(call, "list_cached_nodes")
            _get_image(call, image_id)
            is_here = storage.is_cached(call.db, image_id)
        write_json(resp, [req.context.base_url] if is_here else [])


class CacheClean:
    """Removes nothing: unlike Glance's, this cache never has incomplete copies."""

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req, trip_over_body) as call:
            _enforce(call, "cache_clean")
        resp.content_type = NO_CONTENT_TYPE


class CachePrune:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _enforce(call, "cache_prune")
            dropped = storage.prune(call.db, self._state.settings.cache_max_bytes)
        totals = {"total_files_pruned": len(dropped)}
        write_json(resp, {**totals, "total_bytes_pruned": sum(dropped)})


class CachedImages:
    """What is cached, in the older API.

    Other methods are answered as an unknown path.
    """

    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req, trip_over_body) as call:
            _enforce(call, "manage_image_cache")
            cached = [_show(one) for one in storage.list_cached(call.db)]
        write_json(resp, {"cached_images": cached})

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _enforce(call, "manage_image_cache")
            count = storage.clear_cached(call.db)
        write_json(resp, {"num_deleted": count})

    def on_delete_image(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _enforce(call, "manage_image_cache")
            storage.drop_cached(call.db, as_received(image_id))
        write_json(resp, None)


class QueuedImages:
    """What waits to be cached, in the older API.

    Other methods are answered as an unknown path.
    """

    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req, trip_over_body) as call:
            _enforce(call, "manage_image_cache")
            queued = storage.list_queued(call.db)
        write_json(resp, {"queued_images": queued})

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _enforce(call, "manage_image_cache")
            count = storage.clear_queued(call.db)
        write_json(resp, {"num_deleted": count})

    def on_put_image(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _enforce(call, "manage_image_cache")
            storage.enqueue(call.db, as_received(image_id))
        write_json(resp, None)

    def on_delete_image(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _enforce(call, "manage_image_cache")
            storage.drop_queued(call.db, as_received(image_id))
        write_json(resp, None)


def _enforce(call: Call, operation: str) -> None:
    """Check an operation on the cache.

    Raises :class:`Forbidden`, or :class:`NotFound` in a cloud without a cache.
    """
    if not call.allows_on(operation, {}):
        raise not_authorized(operation)
    if not call.state.settings.cache:
        raise NotFound("Caching via API is not supported at this site.")


def _get_image(call: Call, image_id: str) -> Image:
    try:
        return get_image(call, image_id)
    except NotFound:
        raise NotFound(f"Image {as_received(image_id)} not found.") from None


def _show(cached: Record) -> dict[str, Any]:
    times = {
        name: datetime.strptime(cached[name], STORED)
        .replace(tzinfo=timezone.utc)
        .timestamp()
        for name in ("last_accessed", "last_modified")
    }
    # Glance stores no checksum of cached data
    return {**cached, **times, "checksum": None}


ROUTES = (
    Route("/v2/cache", Cache),
    Route("/v2/cache/{image_id}", CacheEntry),
    Route("/v2/cache/nodes/{image_id}", CacheNodes),
    Route("/v2/cache/clean", CacheClean),
    Route("/v2/cache/prune", CachePrune),
    Route("/v2/cached_images", CachedImages),
    Route("/v2/cached_images/{image_id}", CachedImages, "image"),
    Route("/v2/queued_images", QueuedImages),
    Route("/v2/queued_images/{image_id}", QueuedImages, "image"),
)
