"""Data on its way up: opened, looked at, and read once."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from imagectl.errors import ImagectlError, UsageError, VerificationError
from imagectl.transfer.digest import UPLOAD_ALGORITHMS, Digest
from imagectl.transfer.formats import check_format

BLOCK_BYTES = 1 << 20
STDIN = 0


class Source:
    """Image data that is read once, in blocks, and hashed while it is sent.

    ``size_bytes`` is what the data must amount to, ``None`` if that is not known.
    """

    def __init__(self, file: BinaryIO, name: str, size_bytes: int | None) -> None:
        self.name = name
        self.size_bytes = size_bytes
        self.digest = Digest(UPLOAD_ALGORITHMS)
        self._file = file
        self._head = self._read()

    @property
    def is_empty(self) -> bool:
        return not self._head

    def check_format(self, disk_format: str, *, allow_unsafe: bool = False) -> str:
        """Return the format of the data, as :func:`formats.check_format` does."""
        is_whole = len(self._head) < BLOCK_BYTES
        return check_format(
            self._head, is_whole, disk_format, self.name, allow_unsafe=allow_unsafe
        )

    def blocks(self) -> Iterator[bytes]:
        """Yield the data. Raises :class:`VerificationError` if its size changed."""
        block = self._head
        while block:
            self.digest.update(block)
            self._check_size(at_end=False)
            yield block
            block = self._read()
        self._check_size(at_end=True)

    def _read(self) -> bytes:
        try:
            return self._file.read(BLOCK_BYTES)
        except OSError as error:
            # Named here: from within a request it would look like the network's.
            raise ImagectlError(f"{self.name}: {error.strerror}") from error

    def _check_size(self, *, at_end: bool) -> None:
        size, read = self.size_bytes, self.digest.size_bytes
        if size is not None and read > size:
            raise VerificationError(f"{self.name} has more than {size} bytes.")
        if size is not None and read < size and at_end:
            raise VerificationError(f"{self.name} ended after {read} of {size} bytes.")


@contextlib.contextmanager
def open_source(path: str | None, size_bytes: int | None) -> Iterator[Source | None]:
    """Open the data to send: a file, or standard input.

    ``-`` stands for standard input. Without a path that is taken too, but only if it
    is piped or redirected. Nothing comes of a standard input that holds no data.
    Raises :class:`OSError` for a file that cannot be read, and :class:`UsageError`
    for data that is not as long as ``size_bytes`` says, or that is not there.
    """
    if path is not None and path != "-":
        with open(path, "rb") as file:
            yield _source(file, path, size_bytes)
        return
    if not _stdin_may_hold_data(is_asked_for=path is not None):
        source = None
    else:
        source = _source(_stdin(), "standard input", size_bytes)
    if source is None or source.is_empty:
        if size_bytes is not None:
            raise UsageError("--size is given, and there is no data")
        source = None
    yield source


def _stdin() -> BinaryIO:
    return open(STDIN, "rb", closefd=False)


def _stdin_may_hold_data(*, is_asked_for: bool) -> bool:
    try:
        mode = os.fstat(STDIN).st_mode
    except OSError:  # closed, as in some daemons
        mode = 0
    is_closed, is_device = mode == 0, stat.S_ISCHR(mode)
    if is_asked_for and (is_closed or os.isatty(STDIN)):
        raise UsageError("standard input is a terminal, or closed; pipe the image in")
    return not is_closed and (is_asked_for or not is_device)


def _source(file: BinaryIO, name: str, size_bytes: int | None) -> Source:
    actual = None
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode):
        # Files of /proc have data but no size.
        actual = (status.st_size - file.tell()) or None
    if None not in (actual, size_bytes) and actual != size_bytes:
        raise UsageError(f"{name} has {actual} bytes, not the {size_bytes} of --size")
    return Source(file, name, actual or size_bytes)
