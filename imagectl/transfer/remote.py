"""Reads the data of an image from a service, and resumes where it broke off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imagectl.api import images
from imagectl.contract.image import IMAGE
from imagectl.errors import ImagectlError, ServiceError, UnreachableError
from imagectl.http.retries import Retries
from imagectl.transfer.digest import (
    USUAL_ALGORITHM,
    Digest,
    algorithm_for,
    verify,
)
from imagectl.transfer.sources import BLOCK_BYTES

if TYPE_CHECKING:
    import requests

    from imagectl.api.client import Client


class RemoteImage:
    """The data of an image; also a :class:`~imagectl.transfer.sources.Source`.

    ``record`` is the image's record, which the data is verified by. ``stores`` are the
    stores to read from, in the order of preference. ``block_bytes`` is the size of the
    blocks to read.
    """

    is_rewindable = True

    def __init__(
        self,
        client: Client,
        record: Mapping[str, Any],
        stores: Sequence[str] = (),
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        self.record = record
        self.name = f"The data of image {record['id']}"
        self.size_bytes: int | None = record.get("size")
        self._client = client
        self._stores = stores
        self._block_bytes = block_bytes

    @property
    def algorithms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*algorithm_for(self.record), USUAL_ALGORITHM]))

    def check(self, digest: Digest) -> None:
        verify(self.record, digest, self.name)

    def blocks(self, offset: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the data, or the part of it from ``offset`` up to ``end``.

        After a failure that may pass, the rest is requested again; raises
        :class:`ImagectlError` for any other, and after too many. Data that is longer
        than the record says is not read to its end.
        """
        retries, most = Retries(), self.size_bytes if end is None else end
        while not offset or most is None or offset < most:
            try:
                for block in self._read(offset, end):
                    retries.reset()
                    offset += len(block)
                    yield block
                return
            except ImagectlError as error:
                retries.wait(error)

    def is_known(self) -> bool:
        """Return whether the service answers and has the image."""
        try:
            self._client.show(IMAGE, self.record["id"])
        except ImagectlError:
            return False
        return True

    def has_ranges(self) -> bool:
        """Return whether the service serves ranges of the data."""
        with self._open(0, 1) as response:
            return response.status_code == 206

    def _read(self, offset: int, end: int | None) -> Iterator[bytes]:
        most = self.size_bytes if end is None else end
        with self._open(offset, end) as response:
            position = 0 if response.status_code == 200 else offset
            for block in images.read_blocks(response, self._block_bytes):
                start, position = position, position + len(block)
                if position > offset:
                    stop = None if end is None else end - start
                    yield block[max(0, offset - start) : stop]
                is_whole = end is not None and position >= end
                if is_whole or (most is not None and position > most):
                    return
            is_open_ended = "Content-Length" not in response.headers
        if is_open_ended and most is not None and position < most:
            raise UnreachableError(f"The data ended after {position} of {most} bytes")

    def _open(self, offset: int, end: int | None) -> requests.Response:
        try:
            response = self._request(offset, end)
        except ImagectlError as error:
            # Some stores serve only the whole (Glance 33, ``api/v2/image_data.py``).
            if error.status not in (400, 416) or not (offset or end):
                raise
            return self._request(0, None)
        content_range = response.headers.get("Content-Range", "")
        if response.status_code == 206 and not content_range.startswith(
            f"bytes {offset}-"
        ):
            response.close()
            raise ServiceError(
                f"Asked for bytes from {offset} on, got '{content_range}'."
            )
        return response

    def _request(self, offset: int, end: int | None) -> requests.Response:
        image_id = self.record["id"]
        return images.open_data(self._client, image_id, self._stores, offset, end)
