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

TAKEN = ("hw_", "trait:", "os_distro", "os_secure_boot", "os_type")
"""How the names of those properties begin that come along."""
_FORMATS = ("disk_format", "container_format")


@dataclass(frozen=True)
class Before:
    """What an image was before it was told what the other one is."""

    properties: dict[str, str]
    formats: dict[str, str | None]

    def restore(self, image: Image) -> None:
        own = {k: v for k, v in image.properties.items() if k.startswith("os_glance")}
        image.properties = {**self.properties, **own}
        for name, value in self.formats.items():
            setattr(image, name, value)


class RemoteImage:
    """The image that a request names, asked for with the caller's own token.

    Its Glance is looked up in the caller's catalog, and has to be a host that the
    cloud may fetch from.
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
        return self._get("/file")

    def _get(self, path: str) -> HTTPResponse:
        allowed = self._state.settings.allow_web_download
        url = f"{self._find()}/v2/images/{self._method['glance_image_id']}{path}"
        headers = {"X-Auth-Token": self._caller.token_id, "Accept": "*/*"}
        return fetch(allowed, url, headers=headers)

    def _find(self) -> str:
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


def describe(image: Image, record: dict[str, Any]) -> Before:
    """Tell an image what the other one is; return what it was."""
    before = Before(
        {k: v for k, v in image.properties.items() if not k.startswith("os_glance")},
        {name: getattr(image, name) for name in _FORMATS},
    )
    for name in _FORMATS:
        setattr(image, name, record[name])
    taken = {k: v for k, v in record.items() if k.startswith(TAKEN)}
    image.properties.update(taken)
    return before
