"""Request bodies: read to their announced end, or refused."""

from __future__ import annotations

import re
from typing import Protocol

DRAINED_BYTES = 1 << 20
"""How much is read of a body that nobody wanted before its connection is closed."""
_MOST_LINE_BYTES = 8190
_PIECE_BYTES = 1 << 16
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,64})(?:;[^\x00\r\n]*)?\r\n")


class BrokenBody(ValueError):
    """A body ends too early, or is not coded as its head says."""


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def readline(self, size: int, /) -> bytes: ...


class Body:
    """The body of a request; ``wsgi.input``.

    ``length`` is the number of its bytes, None for a chunked body. Reading raises
    :class:`BrokenBody` where the body ends before its end: no part of one is taken for
    the whole.
    """

    def __init__(self, stream: Stream, length: int | None) -> None:
        self._stream = stream
        self._is_chunked = length is None
        self._left = length or 0
        """Bytes that are left of the body, or of the present chunk."""
        self._is_read = length == 0
        self._is_broken = False

    def read(self, size: int | None = -1) -> bytes:
        """Return ``size`` bytes, fewer only at the end; all that is left for -1."""
        wanted = -1 if size is None or size < 0 else size
        first = self._read_some(wanted)
        if self._is_read or len(first) == wanted:
            return first
        pieces, count = [first], len(first)
        while count != wanted and (piece := self._read_some(wanted - count)):
            pieces.append(piece)
            count += len(piece)
        return b"".join(pieces)

    def readline(self, size: int | None = -1) -> bytes:
        """Return a line; WSGI requires it, and no service of ours reads lines."""
        line = b""
        while len(line) != size and not line.endswith(b"\n"):
            if not (octet := self.read(1)):
                break
            line += octet
        return line

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Body:
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def drain(self) -> bool:
        """Read what is left if it is little; return whether nothing is left."""
        count = 0
        try:
            while count < DRAINED_BYTES and (piece := self.read(_PIECE_BYTES)):
                count += len(piece)
        except BrokenBody:
            return False
        return self._is_read

    def _read_some(self, most: int) -> bytes:
        """Return some bytes, at most so many, and none only at the end; -1 is any."""
        if self._is_broken:
            raise BrokenBody("the body is broken")
        if self._is_read or not most:
            return b""
        try:
            return self._read_next(most)
        except OSError as error:
            self._is_broken = True
            raise BrokenBody(f"the body ends too early: {error}") from error
        except BrokenBody:
            self._is_broken = True
            raise

    def _read_next(self, most: int) -> bytes:
        if not self._left and not self._begin_chunk():
            return b""
        size = min(self._left, most if most > 0 else _PIECE_BYTES)
        piece = self._stream.read(size)
        if len(piece) != size:
            raise BrokenBody("the body ends too early")
        self._left -= size
        if not self._left:
            self._end_part()
        return piece

    def _begin_chunk(self) -> bool:
        """Read the size of the next chunk; return whether there is one."""
        match = _SIZE.fullmatch(self._stream.readline(_MOST_LINE_BYTES))
        if match is None:
            raise BrokenBody("the size of a chunk is malformed")
        self._left = int(match[1], 16)
        if not self._left:
            self._skip_trailer()
            self._is_read = True
        return self._left > 0

    def _end_part(self) -> None:
        if not self._is_chunked:
            self._is_read = True
        elif self._stream.read(2) != b"\r\n":
            raise BrokenBody("a chunk is longer than its size")

    def _skip_trailer(self) -> None:
        for _ in range(100):
            line = self._stream.readline(_MOST_LINE_BYTES)
            if line == b"\r\n":
                return
            if b":" not in line or not line.endswith(b"\r\n"):
                break
        raise BrokenBody("the trailer is malformed")
