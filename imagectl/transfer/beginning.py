"""The beginning and the end of data, looked at before any of it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

HEAD_BYTES = 1 << 20
"""How much of any data is looked at."""
MOST_BYTES = 8 << 20
"""How much is looked at where the format is still not known; a pipe keeps that."""
TAIL_BYTES = 1 << 16
STEP_BYTES = 1 << 16
STREAMED_DISK = b"KDMV"
"""What a VMDK begins with: one that was written as a stream has a footer."""


class Peekable(Protocol):
    """Data of which parts can be seen before it is read."""

    @property
    def name(self) -> str:
        """What to call the data in messages."""

    def peek(self, size_bytes: int) -> bytes:
        """Return the beginning; less than ``size_bytes`` only where there is no more.

        It is read again with the rest.
        """

    def peek_end(self, size_bytes: int) -> bytes | None:
        """Return the end, or None where that cannot be seen before all is read."""


class Beginning:
    """What tells what data is; each part is read once, when it is first asked for."""

    def __init__(self, source: Peekable) -> None:
        self.name = source.name
        self.is_covered = False
        """Whether :meth:`pieces` has yielded all that an inspector can ask for."""
        self._source = source

    @cached_property
    def head(self) -> bytes:
        return self._source.peek(HEAD_BYTES)

    @property
    def is_whole(self) -> bool:
        return len(self.head) < HEAD_BYTES

    @cached_property
    def end(self) -> bytes:
        """The end of the data, empty where it cannot be seen."""
        if self.is_whole:
            return self.head[-TAIL_BYTES:]
        return self._source.peek_end(TAIL_BYTES) or b""

    def pieces(self) -> Iterator[bytes]:
        """Yield the beginning, more of it while asked, and the end where that counts.

        The metadata of a VHDX may be anywhere, and the end of a VMDK that was written
        as a stream repeats its header.
        """
        yield from _cut(self.head)
        if not self.is_whole:
            more = self._source.peek(MOST_BYTES)[HEAD_BYTES:]
            yield from _cut(more)
            if len(more) == MOST_BYTES - HEAD_BYTES:
                if not (self.head.startswith(STREAMED_DISK) and self.end):
                    return
                yield self.end
        self.is_covered = True


def _cut(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), STEP_BYTES):
        yield data[start : start + STEP_BYTES]
