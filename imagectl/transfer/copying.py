"""Copies an image from one cloud to another, without a file in between."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from imagectl.api import images
from imagectl.api.client import Client, Record
from imagectl.api.filters import list_images
from imagectl.contract.image import IMAGE
from imagectl.errors import ServiceError
from imagectl.transfer.data_check import check_data
from imagectl.transfer.progress import Report
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import ReadAhead
from imagectl.transfer.upload import upload

RESERVED_PREFIX = "os_glance_"
"""The prefix of properties that only the service sets (Glance 33,
``api/v2/images.py``)."""


class Original(RemoteImage):
    """An image to copy.

    An error in reading it is a plain :class:`ServiceError`, which the upload does not
    retry: reading was retried already. What was looked at is not requested again.
    """

    _ahead: ReadAhead | None = None

    def peek(self, size_bytes: int) -> bytes:
        """See :meth:`imagectl.transfer.beginning.Peekable.peek`."""
        self._ahead = self._ahead or ReadAhead(self._read_on(0, None))
        return self._ahead.peek(size_bytes)

    def peek_end(self, size_bytes: int) -> bytes | None:
        return None

    def blocks(
        self, offset: int = 0, end: int | None = None
    ) -> Generator[bytes, None, None]:
        ahead, self._ahead = self._ahead, None
        yield from ahead or self._read_on(offset, end)

    def _read_on(self, offset: int, end: int | None) -> Iterator[bytes]:
        try:
            yield from super().blocks(offset, end)
        except ServiceError as error:
            raise ServiceError(f"{self.name} cannot be read: {error}") from error


def copy(
    data: Original,
    target: Client,
    body: Mapping[str, Any],
    *,
    report: Report,
    say: Callable[[str], object],
    allow_unsafe: bool = False,
) -> Record:
    """Create an image at the target from ``body`` and store the data of another in it.

    Before that the data is checked, as :func:`check_data` does with ``allow_unsafe``.
    If anything fails, the new image is deleted again (see
    :func:`imagectl.api.images.discarded_on_failure` for ``say``). Raises
    :class:`VerificationError` where the data is not what its record states, or where
    the target stored something else.
    """
    formats = (body["disk_format"], body["container_format"])
    check_data(data, *formats, allow_unsafe=allow_unsafe)
    created = target.create(IMAGE, body)
    with images.discarded_on_failure(target, created, say):
        return upload(target, created["id"], data, report=report)


def portable_attributes(record: Mapping[str, Any]) -> Record:
    """Return the attributes of an image that can be set in another cloud."""
    return {
        key: value
        for key, value in record.items()
        if value is not None and _is_portable(key)
    }


def _is_portable(key: str) -> bool:
    if not IMAGE.has(key):
        return not key.startswith(RESERVED_PREFIX)
    field = IMAGE.field(key)
    is_local = key in ("owner", "locations")
    return not (field.read_only or field.create_only or is_local)


def find_copy(
    target: Client, record: Mapping[str, Any], body: Mapping[str, Any]
) -> Record | None:
    """Return the image at the target that is such a copy already, or None.

    It has the data of ``record``, and the name and id that ``body`` gives, where it
    gives any. It belongs to the project that would own the copy, or is public.
    """
    key = "os_hash_value" if record.get("os_hash_value") else "checksum"
    if not record.get(key):
        return None
    owner = body.get("owner") or target.session.project_id
    wanted = {"size": record["size"], "name": body.get("name")}
    if "id" in body:
        wanted["id"] = body["id"]
    conditions = [(key, record[key]), ("status", "active")]
    for scope in ({}, {"os_hidden": "true"}):
        for found in list_images(target, conditions, parameters=scope):
            is_own = owner is None or owner == found["owner"]
            is_same = all(found[key] == value for key, value in wanted.items())
            if is_same and (is_own or found["visibility"] == "public"):
                return found
    return None
