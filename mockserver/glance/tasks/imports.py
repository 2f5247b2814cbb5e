"""The request that starts an import; source: Glance 33 ``api/v2/images.py``."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.blobs.stores import UnknownStore, names_of
from mockserver.glance.data.fetching import Refused, check_address
from mockserver.glance.errors import BadRequest, Conflict, ServerError
from mockserver.glance.images.images import IMPORT_METHODS
from mockserver.glance.requests.bodies import ignore_body, read_object
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.lookup import get_image
from mockserver.glance.tasks.import_jobs import run_import
from mockserver.glance.tasks.import_locks import create_locked_task
from mockserver.handlers.routes import Route
from mockserver.storage.images import Image

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


class Import:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        resp.status = falcon.HTTP_202
        resp.content_type, resp.data = "text/html; charset=UTF-8", b""
        with reading(self._state, req, _read_request) as call:
            body, method = call.body, call.body["method"]
            is_copy = method["name"] == "copy-image"
            image = get_image(call, image_id)
            _check_image(image, method)
            call.enforce("copy_image" if is_copy else "modify_image", image)
            names = self._choose_stores(req, body)
            if is_copy:
                all_stores = body.get("all_stores", False)
                names = _stores_left(image, names, all_stores=all_stores)
                if not names:
                    return  # the image is in all of them already
        if method["name"] == "web-download":
            self._check_source(method.get("uri"))
        with writing(self._state, req, ignore_body) as call:
            image = get_image(call, image_id)
            # again: another request may have changed the image since
            _check_image(image, method)
            task_input = {"image_id": image_id, "import_req": body, "backend": names}
            task = create_locked_task(call, image, "api_image_import", task_input)
        self._state.worker.submit(partial(run_import, self._state, call.caller, task))

    def _choose_stores(
        self, req: falcon.Request, body: dict[str, Any]
    ) -> list[str | None]:
        """Return the names of the stores to import to; None for an only store.

        Raises :class:`BadRequest` or :class:`Conflict`.
        """
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
        """Raise :class:`BadRequest` for a URL that the cloud may not fetch from.

        Its host is looked up, so no transaction may be open.
        """
        try:
            check_address(self._state.settings.allow_web_download, url)
        except Refused:
            raise BadRequest(
                f"URI for web-download does not pass filtering: {url}"
            ) from None


def _read_request(req: falcon.Request) -> dict[str, Any]:
    """Return the checked body of a request; raises :class:`BadRequest`."""
    body = read_object(req)
    if "method" not in body:
        raise BadRequest("Import request requires a 'method' field.")
    method = body["method"]
    if not isinstance(method, dict):
        raise ServerError  # Glance does not check it
    if "name" not in method:
        raise BadRequest("Import request requires a 'name' field.")
    if method["name"] not in IMPORT_METHODS:
        raise BadRequest(f"Unknown import method name '{method['name']}'.")
    for name in ("all_stores_must_succeed", "all_stores"):
        if not isinstance(body.get(name, False), bool):
            raise BadRequest(f"'{name}' must be boolean value only")
    return body


def _check_image(image: Image, method: dict[str, Any]) -> None:
    """Raise Conflict or BadRequest unless the image can be imported by the method.

    A method ``glance-download`` is given its default interface.
    """
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
    """Return those of the stores that an image is not in yet.

    Raises :class:`BadRequest` for one it is in, unless ``all_stores`` are wanted.
    """
    taken = names_of(image.locations)
    if not all_stores:
        for name in taken:
            if name in names:
                raise BadRequest(f"Image is already present at store '{name}'")
    return [name for name in names if name not in taken]


ROUTES = (Route("/v2/images/{image_id}/import", Import),)
