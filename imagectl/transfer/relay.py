"""Data that is passed on while it is read: whole and right, or not whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from imagectl.transfer.digest import Digest


def withhold_last(
    blocks: Iterable[bytes], digest: Digest, check: Callable[[], object]
) -> Iterator[bytes]:
    """Hash ``blocks`` and pass them on, the last one only once ``check`` has returned.

    A receiver that knows how much to expect therefore never has all of wrong data,
    even if nobody is left to take it away again.
    """
    kept = b""
    for block in blocks:
        digest.update(block)
        if kept:
            yield kept
        kept = block
    check()
    if kept:
        yield kept
