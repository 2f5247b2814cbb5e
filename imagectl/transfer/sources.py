"""Data to upload: files and standard input, checked first and then read in blocks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from imagectl.errors import ImagectlError, UsageError, VerificationError
from imagectl.transfer.beginning import MOST_BYTES
from imagectl.transfer.digest import USUAL_ALGORITHM, Digest

BLOCK_BYTES = 1 << 20
REPLAY_BYTES = MOST_BYTES + BLOCK_BYTES
"""How much of a pipe is kept in memory, to send it again if sending fails early."""
STDIN = 0


class Source(Protocol):
    """Data that can be uploaded as an image's."""

    @property
    def name(self) -> str:
        """What to call the data in messages."""

    @property
    def size_bytes(self) -> int | None:
        """The size of the data, None where it is not known."""

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms to hash the data by."""

    @property
    def is_rewindable(self) -> bool:
        """Whether ``blocks`` can be called again to read from the beginning."""

    def blocks(self) -> Iterator[bytes]:
        """Yield the data. Raises :class:`ImagectlError` where it cannot be read."""

    def check(self, digest: Digest) -> None:
        """Raise :class:`VerificationError` if what was read is not right.

        It is called before the last block is sent, so that the service never has
        wrong data completely.
        """


class LocalSource(ABC):
    """A source on this machine; the beginning can be looked at before it is sent."""

    algorithms: tuple[str, ...]
    is_rewindable: bool

    def __init__(self, file: BinaryIO, name: str, size_bytes: int | None) -> None:
        self.name = name
        self.size_bytes = size_bytes
        self._file = file

    @abstractmethod
    def peek(self, size_bytes: int) -> bytes:
        """See :meth:`imagectl.transfer.beginning.Peekable.peek`."""

    @abstractmethod
    def peek_end(self, size_bytes: int) -> bytes | None:
        """See :meth:`imagectl.transfer.beginning.Peekable.peek_end`."""

    @abstractmethod
    def blocks(self) -> Iterator[bytes]:
        """See :meth:`Source.blocks`."""

    @abstractmethod
    def check(self, digest: Digest) -> None:
        """See :meth:`Source.check`."""


class FileSource(LocalSource):
    """A file, from its current position to its end."""

    algorithms = (USUAL_ALGORITHM,)
    is_rewindable = True

    def __init__(self, file: BinaryIO, name: str, size_bytes: int | None) -> None:
        super().__init__(file, name, size_bytes)
        self._descriptor = file.fileno()
        self._start = file.tell()
        self._changed_at = os.fstat(self._descriptor).st_mtime_ns

    def peek(self, size_bytes: int) -> bytes:
        return b"".join(take(self.blocks(), size_bytes))

    def peek_end(self, size_bytes: int) -> bytes | None:
        if self.size_bytes is None:
            return None
        skipped = max(0, self.size_bytes - size_bytes)
        return self._read(self._start + skipped)[:size_bytes]

    def blocks(self) -> Iterator[bytes]:
        offset = self._start
        while block := self._read(offset):
            offset += len(block)
            yield block

    def check(self, digest: Digest) -> None:
        if os.fstat(self._descriptor).st_mtime_ns != self._changed_at:
            raise VerificationError(f"{self.name} changed while it was sent.")

    def _read(self, offset: int) -> bytes:
        with _read_errors_of(self.name):
            return os.pread(self._descriptor, BLOCK_BYTES, offset)


class PipeSource(LocalSource):
    """A pipe: it can be read once, except for a beginning that is kept."""

    algorithms = (USUAL_ALGORITHM, "md5")

    def __init__(self, file: BinaryIO, name: str, size_bytes: int | None) -> None:
        super().__init__(file, name, size_bytes)
        self.is_rewindable = True
        self._kept: list[bytes] = []
        self._read_bytes = 0

    def peek(self, size_bytes: int) -> bytes:
        while sum(map(len, self._kept)) < size_bytes and self._read():
            pass
        return b"".join(take(iter(self._kept), size_bytes))

    def peek_end(self, size_bytes: int) -> bytes | None:
        return None

    def blocks(self) -> Iterator[bytes]:
        yield from filter(None, list(self._kept))
        while block := self._read():
            yield block

    def check(self, digest: Digest) -> None:
        """Accept everything: there is nothing to compare the data with."""

    def _read(self) -> bytes:
        with _read_errors_of(self.name):
            block = self._file.read(BLOCK_BYTES)
        self._read_bytes += len(block)
        self._kept.append(block)
        self.is_rewindable = self._read_bytes <= REPLAY_BYTES
        if not self.is_rewindable:
            self._kept.clear()
        return block


@contextlib.contextmanager
def open_file(path: str, size_bytes: int | None = None) -> Iterator[LocalSource]:
    """Open a file, or a named pipe, to upload it.

    Raises :class:`OSError` where it cannot be read, and :class:`UsageError` where its
    size is not ``size_bytes`` or the path is a URL.
    """
    if re.match(r"[a-z][a-z0-9+.-]*://", path, re.I) and not os.path.exists(path):
        raise UsageError(
            f"{path} is a URL, not a file.",
            hint="image create --uri lets the service fetch it",
        )
    with open(path, "rb", buffering=0) as file:
        yield _source_of(file, path, size_bytes)


@contextlib.contextmanager
def open_source(
    path: str | None, size_bytes: int | None
) -> Iterator[LocalSource | None]:
    """Open the data to upload: a file, or standard input.

    ``-`` is standard input. Without a path that is taken too, but only if it is piped
    or redirected. Yields None where standard input holds no data. Raises
    :class:`OSError` for a file that cannot be read, and :class:`UsageError` for data
    that is not as long as ``size_bytes`` says, or that is not there.
    """
    if path is not None and path != "-":
        with open_file(path, size_bytes) as file:
            yield file
        return
    if _stdin_may_hold_data(is_asked_for=path is not None):
        with open(STDIN, "rb", closefd=False) as stdin:
            source = _source_of(stdin, "standard input", size_bytes)
            if source.peek(1):
                yield source
                return
    if size_bytes is not None:
        raise UsageError("--size is given, and there is no data")
    yield None


class ReadAhead:
    """Blocks of data, of which the first can be seen before they are read."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._seen: list[bytes] = []

    def peek(self, size_bytes: int) -> bytes:
        """See :meth:`imagectl.transfer.beginning.Peekable.peek`."""
        missing = size_bytes - sum(map(len, self._seen))
        while missing > 0 and (block := next(self._blocks, b"")):
            self._seen.append(block)
            missing -= len(block)
        return b"".join(take(iter(self._seen), size_bytes))

    def __iter__(self) -> Iterator[bytes]:
        while self._seen:
            yield self._seen.pop(0)
        yield from self._blocks


def take(blocks: Iterator[bytes], size_bytes: int) -> Iterator[bytes]:
    """Yield blocks until there are ``size_bytes``, the last one cut."""
    while size_bytes > 0 and (block := next(blocks, b"")):
        yield block[:size_bytes]
        size_bytes -= len(block)


def _stdin_may_hold_data(*, is_asked_for: bool) -> bool:
    try:
        mode = os.fstat(STDIN).st_mode
        access = fcntl.fcntl(STDIN, fcntl.F_GETFL) & os.O_ACCMODE
    except OSError:  # closed, as in some daemons
        mode, access = 0, os.O_WRONLY
    is_closed, is_device = access == os.O_WRONLY, stat.S_ISCHR(mode)
    if is_asked_for and (is_closed or os.isatty(STDIN)):
        raise UsageError("standard input is a terminal, or closed; pipe the image in")
    return not is_closed and (is_asked_for or not is_device)


def _source_of(file: BinaryIO, name: str, size_bytes: int | None) -> LocalSource:
    mode = os.fstat(file.fileno()).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
        _enlarge_buffer(file)
        return PipeSource(file, name, size_bytes)
    start = file.tell()
    # Files of /proc have data but no size.
    actual = (os.lseek(file.fileno(), 0, os.SEEK_END) - start) or None
    os.lseek(file.fileno(), start, os.SEEK_SET)
    if None not in (actual, size_bytes) and actual != size_bytes:
        raise UsageError(f"{name} has {actual} bytes, not the {size_bytes} of --size")
    return FileSource(file, name, actual or size_bytes)


def _enlarge_buffer(file: BinaryIO) -> None:
    """Let a pipe hold a whole block, where the system can: fewer context switches."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(file, fcntl.F_SETPIPE_SZ, BLOCK_BYTES)


@contextlib.contextmanager
def _read_errors_of(name: str) -> Iterator[None]:
    """Turn an :class:`OSError` into an :class:`ImagectlError` that names the source.

    Raised from within a request, it would look like an error of the network.
    """
    try:
        yield
    except OSError as error:
        raise ImagectlError(f"{name}: {error.strerror}") from error
