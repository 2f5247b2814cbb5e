"""Downloads: noted in the image cache, and broken off where data ends too early.

The cache lists what is in it and counts hits, but keeps no second copy of the bytes: an
image is always read from its store. Source: Glance 33 ``api/middleware/cache.py``.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from mockserver.glance.times import store_time
from mockserver.storage import image_cache as storage
from mockserver.storage.images import Image

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState


def watch_download(
    state: CloudState, image: Image, pieces: Iterator[bytes]
) -> Iterator[bytes]:
    """Return the pieces of a download that is noted in the cache once all are read.

    An image that is not cached yet is from then on; of any other, a hit is counted.
    """
    if not state.settings.cache:
        return pieces
    note = partial(_note_download, state, image)
    return _Watched(pieces, image.size or 0, note)


def _note_download(state: CloudState, image: Image) -> None:
    with state.database.begin() as db:
        if not storage.is_cached(db, image.id):
            add_cached(state, db, image)
        elif image.status != "deactivated":  # those are not read from the cache
            storage.count_hit(db, image.id, store_time(state.clock.now()))


class Checked:
    """Pieces of data that must amount to ``size_bytes``.

    Raises ConnectionAbortedError where they end too early, after which the server
    closes the connection; source: Glance's ``api/common.py``.
    """

    def __init__(self, pieces: Iterator[bytes], size_bytes: int) -> None:
        self._pieces = pieces
        self._left_bytes = size_bytes

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces, b"")
        self._left_bytes -= len(piece)
        if not piece and self._left_bytes > 0:
            short = f"Corrupt image: it ended {self._left_bytes} bytes too early"
            raise ConnectionAbortedError(errno.ECONNABORTED, short)
        if not piece:
            raise StopIteration
        return piece

    def close(self) -> None:
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class _Watched(Checked):
    """Pieces of data; ``note`` is called once, before the last one is returned."""

    def __init__(
        self, pieces: Iterator[bytes], size_bytes: int, note: Callable[[], None]
    ) -> None:
        super().__init__(pieces, size_bytes)
        self._note: Callable[[], None] | None = note

    def __next__(self) -> bytes:
        piece = next(self._pieces, b"")
        self._left_bytes -= len(piece)
        if self._left_bytes <= 0 and self._note is not None:
            note, self._note = self._note, None
            note()
        if not piece:
            raise StopIteration
        return piece


def add_cached(state: CloudState, db: Connection, image: Image) -> None:
    """Put an image in the cache."""
    now = store_time(state.clock.now())
    storage.add_cached(db, image.id, image.size or 0, now)
