"""Image data in memory: fast, and lost when the process ends."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from mockserver.blobs import PIECE_BYTES, BlobExists, BlobMissing


class MemoryStore:
    """A :class:`BlobStore` in a dictionary."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def url(self, blob_id: str) -> str:
        return f"memory://{blob_id}"

    def write(self, blob_id: str, pieces: Iterable[bytes]) -> None:
        if blob_id in self._blobs:
            raise BlobExists(blob_id)
        data = b"".join(pieces)
        # setdefault is atomic: of two writers at once, the second one fails
        if self._blobs.setdefault(blob_id, data) is not data:
            raise BlobExists(blob_id)

    def read(
        self, blob_id: str, offset: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        try:
            data = memoryview(self._blobs[blob_id])[offset:]
        except KeyError:
            raise BlobMissing(blob_id) from None
        data = data if length is None else data[:length]
        return (
            bytes(data[start : start + PIECE_BYTES])
            for start in range(0, len(data), PIECE_BYTES)
        )

    def delete(self, blob_id: str) -> None:
        if self._blobs.pop(blob_id, None) is None:
            raise BlobMissing(blob_id)

    def fork(self, folder: Path) -> MemoryStore:
        fork = MemoryStore()
        fork.replace_with(self)
        return fork

    def sweep(self, wanted: Container[str]) -> None:
        """Do nothing: no process leaves anything in its memory."""

    def clear(self) -> None:
        self._blobs.clear()

    def replace_with(self, other: MemoryStore) -> None:
        self._blobs = dict(other._blobs)
