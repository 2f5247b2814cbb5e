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
"""How many pieces a hash may be behind what is stored."""
_REPORTED_STEP_BYTES = 1 << 16


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Received:
    """What is known of uploaded data once all of it is stored. Sizes in bytes."""

    size: int
    checksum: str
    os_hash_value: str
    virtual_size: int | None
    refusal: str | None
    """Why the data cannot be used as the image's, None where it can."""

    def columns(self) -> dict[str, Any]:
        """Return the values that an image has of its data, by column."""
        return {
            "size": self.size,
            "virtual_size": self.virtual_size,
            **self.hashes(),
        }

    def hashes(self) -> dict[str, str]:
        """Return the values of the columns for hashes alone."""
        return {
            "checksum": self.checksum,
            "os_hash_algo": HASH_ALGORITHM,
            "os_hash_value": self.os_hash_value,
        }


def receive(
    blobs: BlobStore,
    image: Image,
    source: Source,
    expected_bytes: int | None = None,
    *,
    must_match: bool = True,
) -> Received:
    """Store the data of ``source`` under the image's id.

    ``expected_bytes`` is the size that was announced, if one was. With ``must_match``,
    data has to be of the image's disk format. Data that cannot be used as the image's
    is stored all the same, as in Glance; the result's ``refusal`` says why.

    Raises :class:`BadRequest` for data of another size, :class:`ServerError` if
    reading fails, and what :meth:`BlobStore.write` raises; nothing is stored then.
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
        size=digests.size,
        checksum=digests.md5.hexdigest(),
        os_hash_value=digests.sha512.hexdigest(),
        virtual_size=virtual_size,
        refusal=refusal,
    )


def stage(
    blobs: BlobStore, blob_id: str, source: Source, expected_bytes: int | None = None
) -> int:
    """Store the data of ``source`` without inspecting it; return its size in bytes.

    ``expected_bytes`` and what is raised are as for :func:`receive`.
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
    """MD5, SHA-512 and size of pieces of data that are passed on."""

    def __init__(self) -> None:
        self.size = 0
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.sha512 = hashlib.sha512()

    def watch(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Return the pieces; the hashes are complete after the last one."""
        # hashlib releases the interpreter lock: with a thread each, the hashes are
        # computed while this thread receives and writes
        with _hashing(self.md5.update) as md5, _hashing(self.sha512.update) as sha512:
            for piece in pieces:
                md5.put(piece)
                sha512.put(piece)
                self.size += len(piece)
                yield piece


@contextlib.contextmanager
def _hashing(update: Callable[[bytes], None]) -> Iterator[Queue[bytes]]:
    """Yield a queue for pieces; a thread has hashed all of them when the block ends."""
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


def _read(source: Source, expected: int | None) -> Iterator[bytes]:
    total = 0
    while piece := _read_piece(source):
        total += len(piece)
        if expected is not None and total > expected:
            seen = min(total, _first_step_beyond(expected))
            raise BadRequest(
                f"Size exceeds: expected {expected} bytes, got {seen} bytes"
            )
        yield piece
    if expected is not None and total != expected:
        raise BadRequest(f"Size mismatch: expected {expected} bytes, got {total} bytes")


def _read_piece(source: Source) -> bytes:
    try:
        return source.read(PIECE_BYTES)
    except (OSError, ValueError) as error:  # disconnected, or a malformed chunk
        LOG.info("an upload broke off: %s", error)
        raise ServerError from error


def _first_step_beyond(size: int) -> int:
    """Return how many bytes Glance, which reads in smaller steps, would have read."""
    return (max(size, 0) // _REPORTED_STEP_BYTES + 1) * _REPORTED_STEP_BYTES
