"""An image of another Glance; source: Glance 33 ``glance_download.py``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.glance.data.fetching import fetch
from mockserver.glance.tasks.records import TaskFailed
from mockserver.storage.catalog import build_catalog

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.images import Image

COPIED_PREFIXES = ("hw_", "trait:", "os_distro", "os_secure_boot", "os_type")
"""A property is copied if its name begins with one of these."""

_FORMATS = ("disk_format", "container_format")


@dataclass(frozen=True)
class Attributes:
    """The properties and formats of an image, to be restored if its import fails."""

    properties: dict[str, str]
    formats: dict[str, str | None]

    def restore(self, image: Image) -> None:
        internal = {k: v for k, v in image.properties.items() if _is_internal(k)}
        image.properties = {**self.properties, **internal}
        for name, value in self.formats.items():
            setattr(image, name, value)


class RemoteImage:
    """The image that an import names, read with the token of the import's caller.

    ``method`` is from the request. The other Glance is looked up in the caller's
    catalog, and must be on a host that the cloud may fetch from.
    """

    def __init__(
        self, state: CloudState, caller: Caller, method: dict[str, Any]
    ) -> None:
        self._state = state
        self._caller = caller
        self._method = method

    def show(self) -> dict[str, Any]:
        """Return the image's record. Raises :class:`TaskFailed` unless it is active."""
        with self._get("") as answer:
            record: dict[str, Any] = json.load(answer)
        if record["status"] != "active":
            raise TaskFailed(f"the source image is {record['status']}")
        return record

    def open(self) -> HTTPResponse:
        """Return an answer from which the data can be read, and which is to be closed.

        Raises :class:`TaskFailed` for an unknown region, and as :func:`fetch` does.
        """
        return self._get("/file")

    def _get(self, path: str) -> HTTPResponse:
        allowed = self._state.settings.allow_web_download
        url = (
            f"{self._find_endpoint()}/v2/images/{self._method['glance_image_id']}{path}"
        )
        headers = {"X-Auth-Token": self._caller.token_id, "Accept": "*/*"}
        return fetch(allowed, url, headers=headers)

    def _find_endpoint(self) -> str:
        region = self._method["glance_region"].lower()
        interface = self._method["glance_service_interface"]
        with self._state.database.read() as db:
            catalog = build_catalog(db, self._caller.user_id, self._caller.project_id)
        for service in catalog:
            for endpoint in service["endpoints"]:
                is_there = (endpoint["region"] or "").lower() == region
                is_asked = is_there and endpoint["interface"] == interface
                if is_asked and service["type"] == "image":
                    return str(endpoint["url"]).rstrip("/")
        raise TaskFailed(f"no image service in {region}")


def replace_attributes(image: Image, record: dict[str, Any]) -> Attributes:
    """Give an image the formats and some properties of another Glance's ``record``.

    Returns those that it had before.
    """
    before = Attributes(
        {k: v for k, v in image.properties.items() if not _is_internal(k)},
        {name: getattr(image, name) for name in _FORMATS},
    )
    for name in _FORMATS:
        setattr(image, name, record[name])
    copied = {k: v for k, v in record.items() if k.startswith(COPIED_PREFIXES)}
    image.properties.update(copied)
    return before


def _is_internal(name: str) -> bool:
    """Tell whether Glance itself keeps a property, as for the lock of a task."""
    return name.startswith("os_glance")
