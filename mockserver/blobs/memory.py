"""Image data in memory: gone with the process, as fast as it gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mockserver.blobs import PIECE_BYTES, BlobExists, BlobMissing


class MemoryStore:
    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def url(self, blob_id: str) -> str:
        return f"memory://{blob_id}"

    def write(self, blob_id: str, pieces: Iterable[bytes]) -> None:
        if blob_id in self._blobs:
            raise BlobExists(blob_id)
        data = b"".join(pieces)
        # atomic: of two writers at once, the second one loses
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
        fork.become(self)
        return fork

    def clear(self) -> None:
        self._blobs.clear()

    def become(self, other: MemoryStore) -> None:
        self._blobs = dict(other._blobs)
