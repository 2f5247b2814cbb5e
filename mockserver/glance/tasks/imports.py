"""Beginning an import; source: Glance 33 ``api/v2/images.py``."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.blobs.stores import UnknownStore, names_of
from mockserver.glance import default_policy as policy
from mockserver.glance.data.fetching import Refused, check_address
from mockserver.glance.errors import BadRequest, Conflict, ServerError
from mockserver.glance.images.images import IMPORT_METHODS
from mockserver.glance.requests.bodies import read_object
from mockserver.glance.requests.lookup import get_image_of
from mockserver.glance.tasks.import_jobs import run_import
from mockserver.glance.tasks.import_locks import LOCK
from mockserver.glance.tasks.records import ALIVE, begin_task, end_task
from mockserver.glance.times import parse_time, store_time
from mockserver.handlers.routes import Route
from mockserver.storage.images import Image, save_image
from mockserver.storage.tasks import find_task

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

LOCK_LIFETIME = timedelta(minutes=60)
"""After this long without news of its task, an image's lock may be broken."""


class Import:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        body = read_object(req)
        check_body(body)
        caller: Caller = req.context.caller
        resp.status = falcon.HTTP_202
        resp.content_type, resp.data = "text/html; charset=UTF-8", b""
        with self._state.database.read() as db:
            image = get_image_of(db, caller, image_id)
        _check_image(image, body["method"])
        is_copy = body["method"]["name"] == "copy-image"
        policy.enforce(caller, "copy_image" if is_copy else "modify_image", image)
        names = self._choose_stores(req, body)
        if is_copy:
            names = _stores_left(image, names, all_stores=body.get("all_stores", False))
            if not names:
                return  # it is everywhere already
        if body["method"]["name"] == "web-download":
            self._check_source(body["method"].get("uri"))
        with self._state.database.begin() as db:
            image = get_image_of(db, caller, image_id)
            # of two requests at once, the second finds the image changed
            _check_image(image, body["method"])
            take_lock(self._state, db, image)
            task_input = {"image_id": image_id, "import_req": body, "backend": names}
            task = begin_task(self._state, db, req, "api_image_import", task_input)
            image.properties[LOCK] = task["id"]
            save_image(db, image)
        self._state.worker.submit(partial(run_import, self._state, caller, task))

    def _choose_stores(
        self, req: falcon.Request, body: dict[str, Any]
    ) -> list[str | None]:
        stores = self._state.stores
        if not stores.names:
            return [None]
        header = req.get_header("X-Image-Meta-Store")
        if body.get("all_stores", False):
            if "stores" in body or header is not None:
                raise BadRequest(
                    "All_stores parameter can't be used with x-image-meta-store header"
                    " or stores parameter"
                )
            return list(stores.names)
        if "stores" in body and header is not None:
            raise BadRequest(
                "Stores parameter and x-image-meta-store header can't be both specified"
            )
        names = body.get("stores", [header or stores.default_name])
        try:
            for name in names:
                stores.check(name)
        except UnknownStore as error:
            raise Conflict(str(error)) from None
        return list(names)

    def _check_source(self, url: object) -> None:
        try:
            check_address(self._state.settings.allow_web_download, url)
        except Refused:
            raise BadRequest(
                f"URI for web-download does not pass filtering: {url}"
            ) from None


def check_body(body: dict[str, Any]) -> None:
    """Raise :class:`BadRequest` for what no import request may be."""
    if "method" not in body:
        raise BadRequest("Import request requires a 'method' field.")
    method = body["method"]
    if not isinstance(method, dict):
        raise ServerError  # Glance trips over it
    if "name" not in method:
        raise BadRequest("Import request requires a 'name' field.")
    if method["name"] not in IMPORT_METHODS:
        raise BadRequest(f"Unknown import method name '{method['name']}'.")
    for name in ("all_stores_must_succeed", "all_stores"):
        if not isinstance(body.get(name, False), bool):
            raise BadRequest(f"'{name}' must be boolean value only")


def _check_image(image: Image, method: dict[str, Any]) -> None:
    """Raise Conflict, or BadRequest, unless the image can be imported this way."""
    name = method["name"]
    if image.status == "active" and name != "copy-image":
        raise Conflict("Image with status active cannot be target for import")
    if image.status != "active" and name == "copy-image":
        raise Conflict("Only images with status active can be targeted for copying")
    if image.status != "queued" and name in ("web-download", "glance-download"):
        raise Conflict(f"Image needs to be in 'queued' state to use '{name}' method")
    if image.status != "uploading" and name == "glance-direct":
        raise Conflict(
            "Image needs to be staged before 'glance-direct' method can be used"
        )
    for attribute in ("container_format", "disk_format"):
        if not getattr(image, attribute):
            raise Conflict(f"'{attribute}' needs to be set before import")
    if name == "glance-download":
        _check_remote(method)


def _check_remote(method: dict[str, Any]) -> None:
    for key in ("glance_region", "glance_image_id"):
        if key not in method:
            raise BadRequest(
                f"'{key}' needs to be set for glance-download import method"
            )
    try:
        uuid.UUID(method["glance_image_id"])
    except ValueError:
        raise BadRequest(
            f"Remote image id does not look like a UUID: {method['glance_image_id']}"
        ) from None
    method.setdefault("glance_service_interface", "public")


def _stores_left(
    image: Image, names: list[str | None], *, all_stores: bool
) -> list[str | None]:
    """Return the stores that an image is to be copied to."""
    taken = names_of(image.locations)
    if not all_stores:
        for name in taken:
            if name in names:
                raise BadRequest(f"Image is already present at store '{name}'")
    return [name for name in names if name not in taken]


def take_lock(state: CloudState, db: Connection, image: Image) -> None:
    """Raise :class:`Conflict` while another task is at work on the image."""
    holder = image.properties.get(LOCK)
    if holder is None:
        return
    task = find_task(db, holder)
    if task is not None:
        patience = LOCK_LIFETIME * (2 if task["status"] == "pending" else 1)
        stale = store_time(state.clock.now() - patience)
        if parse_time(task["updated_at"]) > stale:
            raise Conflict("Image has active task")
        if task["status"] in ALIVE:
            end_task(state, db, holder, message="Expired lock preempted")
    del image.properties[LOCK]


ROUTES = (Route("/v2/images/{image_id}/import", Import),)
