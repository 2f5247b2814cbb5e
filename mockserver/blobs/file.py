"""Image data in files, one for each blob, as Glance's file store keeps it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from mockserver.blobs import PIECE_BYTES, BlobExists, BlobMissing, StoreFull

FILE_MODE = 0o640
RESERVED_BYTES = 1 << 26
"""How much room is reserved at once on the disk for a blob that is being written."""
_OURS = re.compile(r"\.|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.I)
"""Names that a store has given: those of parts, and ids of images."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileStore:
    """A :class:`BlobStore` in a folder, whose files are named by the blobs' ids.

    The folder is created when the first blob is written. Files whose names begin with a
    dot are blobs that are being written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, blob_id: str) -> str:
        return self._path(blob_id).absolute().as_uri()

    def write(self, blob_id: str, pieces: Iterable[bytes]) -> None:
        path = self._path(blob_id)
        if path.exists():
            raise BlobExists(blob_id)
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".")
        try:
            _write_file(descriptor, pieces)
            # unlike a rename, a link fails where another writer was faster
            os.link(name, path)
        except FileExistsError:
            raise BlobExists(blob_id) from None
        finally:
            os.unlink(name)

    def read(
        self, blob_id: str, offset: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        try:
            return _Pieces(self._path(blob_id), offset, length)
        except FileNotFoundError:
            raise BlobMissing(blob_id) from None

    def delete(self, blob_id: str) -> None:
        try:
            self._path(blob_id).unlink()
        except FileNotFoundError:
            raise BlobMissing(blob_id) from None

    def fork(self, folder: Path) -> FileStore:
        fork = FileStore(folder)
        fork.replace_with(self)
        return fork

    def sweep(self, wanted: Container[str]) -> None:
        for path in self.folder.glob("*"):
            if path.name not in wanted and _OURS.match(path.name):
                path.unlink()

    def clear(self) -> None:
        for path in self._paths():
            path.unlink()

    def replace_with(self, other: FileStore) -> None:
        self.clear()
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in other._paths():
            os.link(path, self._path(path.name))

    def _path(self, blob_id: str) -> Path:
        return self.folder / blob_id

    def _paths(self) -> list[Path]:
        """Return the files of all blobs, without those that are being written."""
        return [one for one in self.folder.glob("*") if one.name[0] != "."]


def _write_file(descriptor: int, pieces: Iterable[bytes]) -> None:
    written = reserved = 0
    with open(descriptor, "wb", buffering=0) as file:
        for piece in pieces:
            if written and written + len(piece) > reserved:
                reserved = _reserve(descriptor, written)
            _write_all(descriptor, piece)
            written += len(piece)
        file.truncate(written)
        os.fchmod(descriptor, FILE_MODE)


def _reserve(descriptor: int, offset: int) -> int:
    """Reserve room on the disk from an offset on, and return where it ends.

    Writing into reserved room takes a tenth of the processor time of growing a file.
    Errors are ignored: a disk without that much room may still hold what comes.
    """
    with contextlib.suppress(OSError, AttributeError):  # no such call on macOS
        os.posix_fallocate(descriptor, offset, RESERVED_BYTES)
    return offset + RESERVED_BYTES


def _write_all(descriptor: int, piece: bytes) -> None:
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull from error
        raise


class _Pieces:
    """An iterator over the pieces of a file, which is closed after the last one."""

    def __init__(self, path: Path, offset: int, length: int | None) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - outlives the call
        self._file.seek(offset)
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        size = PIECE_BYTES if self._left is None else min(PIECE_BYTES, self._left)
        piece = self._file.read(size) if size > 0 and not self._file.closed else b""
        if not piece:
            self.close()
            raise StopIteration
        if self._left is not None:
            self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()
