"""Data on its way up: files and what is piped in; looked at, and read in blocks."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from imagectl.errors import ImagectlError, UsageError, VerificationError
from imagectl.transfer.digest import USUAL_ALGORITHM, Digest
from imagectl.transfer.formats import check_format

BLOCK_BYTES = 1 << 20
REPLAY_BYTES = 8 << 20
"""How much of a pipe is kept: if sending fails no later, it can begin anew."""
STDIN = 0


class Source(Protocol):
    """What can be sent as the data of an image.

    ``size_bytes`` is what it amounts to, ``None`` where that is not known;
    ``algorithms`` are the hashes to take of it; ``is_rewindable`` says that
    ``blocks`` can be called once more and yields the data from its beginning.
    """

    @property
    def name(self) -> str: ...
    @property
    def size_bytes(self) -> int | None: ...
    @property
    def algorithms(self) -> tuple[str, ...]: ...
    @property
    def is_rewindable(self) -> bool: ...

    def blocks(self) -> Iterator[bytes]:
        """Yield the data. Raises :class:`ImagectlError` where it cannot be read."""

    def check(self, digest: Digest) -> None:
        """Raise :class:`VerificationError` if what was read is not what there was.

        It is called before the last block is sent: the service then never takes it
        for whole.
        """


class LocalSource:
    """Data of this machine, whose beginning can be looked at before it is sent."""

    def __init__(self, file: BinaryIO, name: str, size_bytes: int | None) -> None:
        self.name = name
        self.size_bytes = size_bytes
        self._file = file

    def head(self) -> bytes:
        """Return the first block, without taking it from those that are sent."""
        raise NotImplementedError

    def check_format(self, disk_format: str, *, allow_unsafe: bool = False) -> str:
        """Return the format of the data, as :func:`formats.check_format` does."""
        head = self.head()
        is_whole = len(head) < BLOCK_BYTES
        return check_format(
            head, is_whole, disk_format, self.name, allow_unsafe=allow_unsafe
        )


class FileSource(LocalSource):
    """A file, from where it stands to its end."""

    algorithms = (USUAL_ALGORITHM,)
    is_rewindable = True

    def __init__(self, file: BinaryIO, name: str, size_bytes: int | None) -> None:
        super().__init__(file, name, size_bytes)
        self._descriptor = file.fileno()
        self._start = file.tell()
        self._changed_at = os.fstat(self._descriptor).st_mtime_ns

    def head(self) -> bytes:
        return self._read(self._start)

    def blocks(self) -> Iterator[bytes]:
        offset = self._start
        while block := self._read(offset):
            offset += len(block)
            yield block

    def check(self, digest: Digest) -> None:
        if os.fstat(self._descriptor).st_mtime_ns != self._changed_at:
            raise VerificationError(f"{self.name} changed while it was sent.")

    def _read(self, offset: int) -> bytes:
        with _naming(self.name):
            return os.pread(self._descriptor, BLOCK_BYTES, offset)


class PipeSource(LocalSource):
    """What can be read once, but for a beginning that is kept."""

    algorithms = (USUAL_ALGORITHM, "md5")

    def __init__(self, file: BinaryIO, name: str, size_bytes: int | None) -> None:
        super().__init__(file, name, size_bytes)
        self.is_rewindable = True
        self._kept: list[bytes] = []
        self._read_bytes = 0

    def head(self) -> bytes:
        return self._kept[0] if self._kept else self._read()

    def blocks(self) -> Iterator[bytes]:
        yield from filter(None, list(self._kept))
        while block := self._read():
            yield block

    def check(self, digest: Digest) -> None:
        """A pipe has nothing else to compare with."""

    def _read(self) -> bytes:
        with _naming(self.name):
            block = self._file.read(BLOCK_BYTES)
        self._read_bytes += len(block)
        self._kept.append(block)
        self.is_rewindable = self._read_bytes <= REPLAY_BYTES
        if not self.is_rewindable:
            self._kept.clear()
        return block


@contextlib.contextmanager
def open_source(
    path: str | None, size_bytes: int | None
) -> Iterator[FileSource | PipeSource | None]:
    """Open the data to send: a file, or standard input.

    ``-`` stands for standard input. Without a path that is taken too, but only if it
    is piped or redirected. Nothing comes of a standard input that holds no data.
    Raises :class:`OSError` for a file that cannot be read, and :class:`UsageError`
    for data that is not as long as ``size_bytes`` says, or that is not there.
    """
    if path is not None and path != "-":
        with open(path, "rb", buffering=0) as file:
            yield _source(file, path, size_bytes)
        return
    if not _stdin_may_hold_data(is_asked_for=path is not None):
        source = None
    else:
        source = _source(_stdin(), "standard input", size_bytes)
    if source is None or not source.head():
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


def _source(
    file: BinaryIO, name: str, size_bytes: int | None
) -> FileSource | PipeSource:
    mode = os.fstat(file.fileno()).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
        _widen(file)
        return PipeSource(file, name, size_bytes)
    start = file.tell()
    # Files of /proc have data but no size.
    actual = (os.lseek(file.fileno(), 0, os.SEEK_END) - start) or None
    os.lseek(file.fileno(), start, os.SEEK_SET)
    if None not in (actual, size_bytes) and actual != size_bytes:
        raise UsageError(f"{name} has {actual} bytes, not the {size_bytes} of --size")
    return FileSource(file, name, actual or size_bytes)


def _widen(file: BinaryIO) -> None:
    """Let a pipe hold a block, where the system lets us: fewer changes of process."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(file, fcntl.F_SETPIPE_SZ, BLOCK_BYTES)


@contextlib.contextmanager
def _naming(name: str) -> Iterator[None]:
    """Name what cannot be read: from within a request it would look the network's."""
    try:
        yield
    except OSError as error:
        raise ImagectlError(f"{name}: {error.strerror}") from error
