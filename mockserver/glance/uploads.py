"""Taking in image data: hashed, inspected and stored in one pass over the bytes."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from mockserver.blobs import PIECE_BYTES, BlobStore
from mockserver.glance.errors import BadRequest, ServerError
from mockserver.glance.formats import Inspection
from mockserver.storage.images import Image

LOG = logging.getLogger(__name__)

HASH_ALGORITHM = "sha512"
_REPORTED_STEP_BYTES = 1 << 16


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Received:
    """What a finished upload amounts to. Sizes in bytes."""

    size: int
    checksum: str
    os_hash_value: str
    virtual_size: int | None
    refusal: str | None
    """Why the data is not what the image says it is."""

    def columns(self) -> dict[str, Any]:
        """Return what of it an image records."""
        return {
            "size": self.size,
            "virtual_size": self.virtual_size,
            **self.hashes(),
        }

    def hashes(self) -> dict[str, str]:
        return {
            "checksum": self.checksum,
            "os_hash_algo": HASH_ALGORITHM,
            "os_hash_value": self.os_hash_value,
        }


def receive(
    blobs: BlobStore,
    image: Image,
    source: Source,
    expected_bytes: int = 0,
) -> Received:
    """Store what ``source`` holds under the image's id.

    ``expected_bytes`` of 0 is a size nobody announced. Raises :class:`BadRequest` if
    another number of bytes comes, ServerError if they break off, and what
    :meth:`BlobStore.write` raises; nothing is stored then. Data of the wrong format is
    stored all the same, as in Glance.
    """
    pieces = _read(source, expected_bytes)
    inspection = None
    if image.container_format == "bare":
        pieces = inspection = Inspection(pieces)
    digests = Digests()
    blobs.write(image.id, digests.watch(pieces))
    virtual_size, refusal = (
        inspection.judge(image.disk_format) if inspection else (None, None)
    )
    return Received(
        *(digests.size, digests.md5.hexdigest(), digests.sha512.hexdigest()),
        virtual_size=virtual_size,
        refusal=refusal,
    )


class Digests:
    """Both hashes of the bytes that pass, computed side by side."""

    def __init__(self) -> None:
        self.size = 0
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha512 = hashlib.sha512()

    def watch(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        # Hashing lets go of the interpreter: md5 goes on in a thread of its own while
        # this one hashes, writes and receives the next piece.
        with ThreadPoolExecutor(1) as hasher:
            pending: Future[None] | None = None
            for piece in pieces:
                if pending is not None:
                    pending.result()
                pending = hasher.submit(self.md5.update, piece)
                self.sha512.update(piece)
                self.size += len(piece)
                yield piece


def _read(source: Source, expected: int) -> Iterator[bytes]:
    total = 0
    while piece := _read_piece(source):
        total += len(piece)
        if expected and total > expected:
            seen = min(total, _first_step_beyond(expected))
            raise BadRequest(
                f"Size exceeds: expected {expected} bytes, got {seen} bytes"
            )
        yield piece
    if expected and total != expected:
        raise BadRequest(f"Size mismatch: expected {expected} bytes, got {total} bytes")


def _read_piece(source: Source) -> bytes:
    try:
        return source.read(PIECE_BYTES)
    except (OSError, ValueError) as error:  # cut off, or no chunk where one is due
        LOG.info("an upload broke off: %s", error)
        raise ServerError from error


def _first_step_beyond(size: int) -> int:
    """Return how much Glance, which reads in smaller steps, would have seen."""
    return (max(size, 0) // _REPORTED_STEP_BYTES + 1) * _REPORTED_STEP_BYTES
