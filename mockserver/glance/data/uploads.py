"""Taking in image data: hashed, inspected and stored in one pass over the bytes."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Queue
from typing import Any, Protocol

from mockserver.blobs import PIECE_BYTES, BlobStore
from mockserver.glance.data.formats import Inspection
from mockserver.glance.errors import BadRequest, ServerError
from mockserver.storage.images import Image

LOG = logging.getLogger(__name__)

HASH_ALGORITHM = "sha512"
PIECES_AHEAD = 32
"""How far a hash may lag behind what is stored."""
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
    *,
    must_match: bool = True,
) -> Received:
    """Store what ``source`` holds under the image's id.

    ``expected_bytes`` of 0 is a size nobody announced. With ``must_match``, data has to
    be of the image's disk format. Raises :class:`BadRequest` if
    another number of bytes comes, ServerError if they break off, and what
    :meth:`BlobStore.write` raises; nothing is stored then. Data of the wrong format is
    stored all the same, as in Glance.
    """
    pieces = _read(source, expected_bytes)
    return receive_pieces(blobs, image, pieces, must_match=must_match)


def receive_pieces(
    blobs: BlobStore,
    image: Image,
    pieces: Iterator[bytes],
    *,
    must_match: bool = True,
) -> Received:
    """Store pieces of data under the image's id, as :func:`receive` does."""
    inspection = None
    if image.container_format == "bare":
        pieces = inspection = Inspection(pieces, must_match=must_match)
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


def stage(
    blobs: BlobStore, blob_id: str, source: Source, expected_bytes: int = 0
) -> int:
    """Store what ``source`` holds as it comes, and return its size in bytes.

    Raises as :func:`receive` does.
    """
    size = 0

    def count(pieces: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            size += len(piece)
            yield piece

    blobs.write(blob_id, count(_read(source, expected_bytes)))
    return size


class Digests:
    """Both hashes of the bytes that pass, computed side by side."""

    def __init__(self) -> None:
        self.size = 0
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha512 = hashlib.sha512()

    def watch(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        # Hashing lets go of the interpreter: each hash goes on in a thread of its own
        # while this one receives and writes.
        with _hashing(self.md5.update) as md5, _hashing(self.sha512.update) as sha512:
            for piece in pieces:
                md5.put(piece)
                sha512.put(piece)
                self.size += len(piece)
                yield piece


@contextlib.contextmanager
def _hashing(update: Callable[[bytes], None]) -> Iterator[Queue[bytes]]:
    """Yield where to put the pieces to be hashed; all of them are, at the end."""
    waiting: Queue[bytes] = Queue(PIECES_AHEAD)

    def hash_pieces() -> None:
        while piece := waiting.get():
            update(piece)

    thread = threading.Thread(target=hash_pieces, daemon=True)
    thread.start()
    try:
        yield waiting
    finally:
        waiting.put(b"")
        thread.join()


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
