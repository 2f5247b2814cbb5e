"""The locations of an image, as a resource of their own.

Source: Glance 33 ``api/v2/images.py``.
"""

from __future__ import annotations

import binascii
import hashlib
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.data.fetching import Refused, check_address
from mockserver.glance.data.uploads import HASH_ALGORITHM
from mockserver.glance.errors import BadRequest, Conflict, Forbidden
from mockserver.glance.requests.bodies import ignore_body, read_json, write_json
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.lookup import get_image
from mockserver.glance.requests.schemas import check_against
from mockserver.glance.tasks.import_locks import create_locked_task
from mockserver.glance.tasks.location_jobs import run_location_import
from mockserver.handlers.routes import Route
from mockserver.storage.images import Image

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

_ADD_LOCATION = {
    "type": "object",
    "description": (
        "Values of location url, do_secure_hash and validation_data for new add"
        " location API"
    ),
    "properties": {
        "url": {
            "type": "string",
            "readOnly": True,
            "description": "The URL of the new location to be added in the image.",
        },
        "validation_data": {
            "description": (
                "Values to be used to populate the corresponding image"
                " properties.do_secure_hash is not True then image checksum and hash"
                " will not be calculated so it is the responsibility of the consumer of"
                " location ADD API to provide the correct values in the"
                " validation_data parameter"
            ),
            "type": "object",
            "writeOnly": True,
            "additionalProperties": False,
            "properties": {
                "os_hash_algo": {
                    "type": "string",
                    "maxLength": 64,
                    "enum": ["sha1", "sha256", "sha512", "md5"],
                },
                "os_hash_value": {"type": "string", "maxLength": 128},
            },
            "dependentRequired": {
                "os_hash_value": ["os_hash_algo"],
                "os_hash_algo": ["os_hash_value"],
            },
        },
    },
    "required": ["url"],
}
"""The schema of a new location; refusals quote it."""


class Locations:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        with reading(self._state, req, ignore_body) as call:
            image = get_image(call, image_id)
            call.enforce("fetch_image_location", image)
        write_json(resp, image.locations)

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        with reading(self._state, req, _read_location) as call:
            image = get_image(call, image_id)
            _check_image(image)
            call.enforce("add_image_location", image)
        url = call.body["url"]
        validation = call.body.get("validation_data", {})
        self._check_url(call.caller, url, validation)
        task_input = {
            "image_id": image_id,
            "loc_url": url,
            "validation_data": validation,
        }
        with writing(self._state, req, ignore_body) as call:
            image = get_image(call, image_id)
            # again: another request may have changed the image since
            _check_image(image)
            task = create_locked_task(call, image, "location_import", task_input)
        self._state.worker.submit(partial(run_location_import, self._state, task))
        resp.status = falcon.HTTP_202
        resp.content_type, resp.data = "text/html; charset=UTF-8", b""

    def _check_url(self, caller: Caller, url: str, validation: dict[str, str]) -> None:
        """Raise Forbidden or BadRequest for a location that may not be added.

        The host of the URL is looked up, so no transaction may be open.
        """
        if "service" not in caller.roles and not url.startswith("http"):
            raise Forbidden(
                "http store must be enabled to use location API by normal user."
            )
        if "os_hash_value" in validation:
            _check_hash(**validation)
        if url.startswith(("http:", "https:")):
            try:
                check_address(self._state.settings.allow_web_download, url)
            except Refused:
                raise BadRequest(
                    f"URI for add location does not pass filtering: {url}"
                ) from None


def _read_location(req: falcon.Request) -> dict[str, Any]:
    body: dict[str, Any] = read_json(req)
    check_against("location", _validator(), {"add_location": body})
    return body


def _check_image(image: Image) -> None:
    if image.status != "queued":
        raise Conflict(
            f"It's not allowed to add locations if image status is {image.status}."
        )


def _check_hash(os_hash_value: str, os_hash_algo: str = HASH_ALGORITHM) -> None:
    try:
        digest = binascii.unhexlify(os_hash_value)
    except ValueError:
        raise BadRequest(
            f"os_hash_value ({os_hash_value}) is not a valid hexadecimal value"
        ) from None
    size = hashlib.new(os_hash_algo, usedforsecurity=False).digest_size
    if len(digest) != size:
        raise BadRequest(
            f"os_hash_value: ({os_hash_value}) is not the correct size for"
            f" ({os_hash_algo}) (should be ({size}) bytes)"
        )


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({"properties": {"add_location": _ADD_LOCATION}})


ROUTES = (Route("/v2/images/{image_id}/locations", Locations),)
