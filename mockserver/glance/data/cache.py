"""The image cache and its management, the API of 2.14 and the older one.

Source: Glance 33 ``api/v2/cached_images.py``, ``api/middleware/cache_manage.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance import default_policy as policy
from mockserver.glance.data.downloads import add_cached
from mockserver.glance.errors import BadRequest, NotFound
from mockserver.glance.requests.bodies import refuse_body, trip_over_body, write_json
from mockserver.glance.requests.lookup import as_received, get_image_of
from mockserver.glance.times import STORED
from mockserver.handlers.routes import Route
from mockserver.storage import image_cache as storage
from mockserver.storage.images import Image
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

NO_CONTENT_TYPE = "text/html; charset=UTF-8"
"""What WebOb says of an empty body; a client would read JSON out of any other."""

_CLEARED: dict[str, tuple[Callable[[Connection], int], ...]] = {
    "": (storage.clear_cached, storage.clear_queued),
    "cache": (storage.clear_cached,),
    "queue": (storage.clear_queued,),
}
"""What is cleared, by what the header X-Image-Cache-Clear-Target says."""


class Cache:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        refuse_body(req)
        _enforce(self._state, req, "cache_list")
        with self._state.database.read() as db:
            cached = [_show(one) for one in storage.list_cached(db)]
            queued = storage.list_queued(db)
        write_json(resp, {"cached_images": cached, "queued_images": queued})

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        trip_over_body(req)
        _enforce(self._state, req, "cache_delete")
        target = (req.get_header("X-Image-Cache-Clear-Target") or "").lower()
        if target not in _CLEARED:
            raise BadRequest(
                "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or"
                " empty string."
            )
        with self._state.database.begin() as db:
            for clear in _CLEARED[target]:
                clear(db)
        resp.status = falcon.HTTP_204


class CacheEntry:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        trip_over_body(req)
        with self._state.database.begin() as db:
            is_kept = storage.is_cached(db, image_id) or storage.is_queued(db, image_id)
            if not is_kept:
                _get_image(db, req.context.caller, image_id)
            _enforce(self._state, req, "cache_delete")
            storage.drop_cached(db, image_id)
            storage.drop_queued(db, image_id)
        resp.status = falcon.HTTP_204

    def on_put(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        trip_over_body(req)
        with self._state.database.begin() as db:
            image = _get_image(db, req.context.caller, image_id)
            _enforce(self._state, req, "cache_image")
            if image.status != "active":
                raise BadRequest(
                    "Only images with status active can be targeted for queueing"
                )
            storage.enqueue(db, image_id)
            # Glance's worker gets there a moment later
            if image.locations:
                add_cached(self._state, db, image)
        resp.status = falcon.HTTP_202
        resp.content_type = NO_CONTENT_TYPE


class CacheNodes:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        refuse_body(req)
        _enforce(self._state, req, "list_cached_nodes")
        with self._state.database.read() as db:
            _get_image(db, req.context.caller, image_id)
            is_here = storage.is_cached(db, image_id)
        write_json(resp, [req.context.base_url] if is_here else [])


class CacheClean:
    """Nothing is ever left to clean: no copy breaks off half-way."""

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        trip_over_body(req)
        _enforce(self._state, req, "cache_clean")
        resp.content_type = NO_CONTENT_TYPE


class CachePrune:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        trip_over_body(req)
        _enforce(self._state, req, "cache_prune")
        with self._state.database.begin() as db:
            dropped = storage.prune(db, self._state.settings.cache_max_bytes)
        totals = {"total_files_pruned": len(dropped)}
        write_json(resp, {**totals, "total_bytes_pruned": sum(dropped)})


class ManagedImages:
    """The older API's listing of what is cached, or of what is queued."""

    hides_methods = True

    def __init__(self, state: CloudState, kind: str) -> None:
        self._state = state
        self._kind = kind

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        _enforce_managing(self._state, req)
        with self._state.database.read() as db:
            listed: list[Any] = storage.list_queued(db)
            if self._kind == "cached":
                listed = [_show(one) for one in storage.list_cached(db)]
        write_json(resp, {f"{self._kind}_images": listed})

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        _enforce_managing(self._state, req)
        [clear] = _CLEARED["cache" if self._kind == "cached" else "queue"]
        with self._state.database.begin() as db:
            write_json(resp, {"num_deleted": clear(db)})


class CachedImage:
    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        _enforce_managing(self._state, req)
        with self._state.database.begin() as db:
            storage.drop_cached(db, as_received(image_id))
        write_json(resp, None)


class QueuedImage:
    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_put(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        _enforce_managing(self._state, req)
        with self._state.database.begin() as db:
            storage.enqueue(db, as_received(image_id))
        write_json(resp, None)

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        _enforce_managing(self._state, req)
        with self._state.database.begin() as db:
            storage.drop_queued(db, as_received(image_id))
        write_json(resp, None)


def _enforce(state: CloudState, req: falcon.Request, operation: str) -> None:
    caller: Caller = req.context.caller
    if not policy.POLICY.allows(operation, caller.credentials, {}):
        raise policy.not_authorized(operation)
    if not state.settings.cache:
        raise NotFound("Caching via API is not supported at this site.")


def _enforce_managing(state: CloudState, req: falcon.Request) -> None:
    trip_over_body(req)
    _enforce(state, req, "manage_image_cache")


def _get_image(db: Connection, caller: Caller, image_id: str) -> Image:
    try:
        return get_image_of(db, caller, image_id)
    except NotFound:
        raise NotFound(f"Image {as_received(image_id)} not found.") from None


def _show(cached: Record) -> dict[str, Any]:
    times = {
        name: datetime.strptime(cached[name], STORED)
        .replace(tzinfo=timezone.utc)
        .timestamp()
        for name in ("last_accessed", "last_modified")
    }
    # Glance keeps no checksum of what it caches
    return {**cached, **times, "checksum": None}


ROUTES = (
    Route("/v2/cache", Cache),
    Route("/v2/cache/{image_id}", CacheEntry),
    Route("/v2/cache/nodes/{image_id}", CacheNodes),
    Route("/v2/cache/clean", CacheClean),
    Route("/v2/cache/prune", CachePrune),
    Route("/v2/cached_images", lambda state: ManagedImages(state, "cached")),
    Route("/v2/cached_images/{image_id}", CachedImage),
    Route("/v2/queued_images", lambda state: ManagedImages(state, "queued")),
    Route("/v2/queued_images/{image_id}", QueuedImage),
)
