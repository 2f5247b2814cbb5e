"""Where image data is kept: bytes under an id, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing_extensions import Self

PIECE_BYTES = 1 << 18
"""How much is read, hashed, written and sent at once: what fits a core's cache."""


class BlobMissing(Exception):
    """The store holds nothing under the id."""


class BlobExists(Exception):
    """The store holds something under the id, and never overwrites it."""


class StoreFull(Exception):
    """The medium takes no more bytes."""


class BlobStore(Protocol):
    """Bytes under ids. Safe to use from several threads at once."""

    def url(self, blob_id: str) -> str:
        """Return where the bytes are, as an image's location names it."""

    def write(self, blob_id: str, pieces: Iterable[bytes]) -> None:
        """Store the pieces as one blob, visible only once the last is in.

        Raises :class:`BlobExists`, :class:`StoreFull`, and whatever ``pieces`` raises;
        nothing of the blob stays then.
        """

    def read(
        self, blob_id: str, offset: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        """Return the pieces of ``length`` bytes from ``offset`` on; all by default.

        Raises :class:`BlobMissing` at once. An iterator with a ``close`` method holds
        something open until it is closed or used up.
        """

    def delete(self, blob_id: str) -> None:
        """Drop a blob. Raises :class:`BlobMissing`."""

    def fork(self, folder: Path) -> Self:
        """Return a store of the same blobs that goes its own way from here.

        ``folder``, where it needs one, is on the same medium: bytes are shared.
        """

    def clear(self) -> None:
        """Drop every blob."""

    def become(self, other: Self) -> None:
        """Hold the blobs of another store, and no others."""
