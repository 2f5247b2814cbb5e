"""Downloads that fill the image cache; source: Glance 33 ``api/middleware/cache.py``.

The cache says what it holds and counts hits, but keeps no second copy of the bytes: an
image is always read from its store.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
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
    """Return the pieces; once all were sent, the image is cached, or its hits grow."""
    if not state.settings.cache:
        return pieces
    return _Watched(pieces, image.size or 0, lambda: _note_download(state, image))


def _note_download(state: CloudState, image: Image) -> None:
    with state.database.begin() as db:
        if not storage.is_cached(db, image.id):
            add_cached(state, db, image)
        elif image.status != "deactivated":  # which is read past the cache
            storage.count_hit(db, image.id, store_time(state.clock.now()))


class Checked:
    """Pieces that break off where they end too early; the server then hangs up.

    As Glance's do (``api/common.py``).
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
    """Pieces that tell, before the last one is given away, that they were all read."""

    def __init__(
        self, pieces: Iterator[bytes], size_bytes: int, tell: Callable[[], None]
    ) -> None:
        super().__init__(pieces, size_bytes)
        self._tell: Callable[[], None] | None = tell

    def __next__(self) -> bytes:
        piece = next(self._pieces, b"")
        self._left_bytes -= len(piece)
        if self._left_bytes <= 0 and self._tell is not None:
            tell, self._tell = self._tell, None
            tell()
        if not piece:
            raise StopIteration
        return piece


def add_cached(state: CloudState, db: Connection, image: Image) -> None:
    now = store_time(state.clock.now())
    storage.add_cached(db, image.id, image.size or 0, now)
