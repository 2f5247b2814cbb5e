"""Stores of image data: bytes under an id, written whole or not at all."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing_extensions import Self

PIECE_BYTES = 1 << 18
"""How much is read, hashed, written and sent at once; it fits a core's cache."""


class BlobMissing(Exception):
    """The store holds nothing under the id."""


class BlobExists(Exception):
    """The store holds something under the id, and never overwrites it."""


class StoreFull(Exception):
    """The disk, or whatever holds the bytes, is full."""


class BlobStore(Protocol):
    """Bytes under ids. Safe to use from several threads at once."""

    def url(self, blob_id: str) -> str:
        """Return the URL that an image's location has for a blob."""

    def write(self, blob_id: str, pieces: Iterable[bytes]) -> None:
        """Store the pieces as one blob, which can be read once all are stored.

        Raises :class:`BlobExists`, :class:`StoreFull`, and whatever ``pieces`` raises;
        nothing is stored then.
        """

    def read(
        self, blob_id: str, offset: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        """Return ``length`` bytes from ``offset`` on, in pieces; None is all the rest.

        Raises :class:`BlobMissing` when called, not when the pieces are read. If the
        iterator has a method ``close``, it has to be called unless all are read.
        """

    def delete(self, blob_id: str) -> None:
        """Delete a blob. Raises :class:`BlobMissing`."""

    def fork(self, folder: Path) -> Self:
        """Return a new store with the same blobs; later changes affect one store only.

        The blobs' bytes are shared, not copied. ``folder`` is where a store of files
        may put its links; it has to be in the file system of this store.
        """

    def sweep(self, wanted: Container[str]) -> None:
        """Delete what a killed process left: parts of blobs, and blobs not ``wanted``.

        Nobody may write meanwhile.
        """

    def clear(self) -> None:
        """Delete every blob."""

    def replace_with(self, other: Self) -> None:
        """Replace all blobs by those of another store, whose bytes are shared."""
