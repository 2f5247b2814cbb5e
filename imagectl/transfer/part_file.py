"""The file of a download that is not complete: ``NAME.part``, and its sidecar.

The sidecar ``NAME.part.json`` says which image it is and up to which offset its bytes
are on the disk, which is enough to resume after a crash. Once the data is verified,
the part file becomes the target and the sidecar is deleted.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from imagectl.errors import ConflictError, ImagectlError, VerificationError
from imagectl.transfer.digest import stated_hashes
from imagectl.transfer.sources import BLOCK_BYTES

CHECKPOINT_BYTES = 32 << 20
CHECKPOINT_S = 1.0
HOLE_BYTES = 1 << 16
SIDECAR_BYTES = 1 << 10

_log = logging.getLogger(__name__)
_ZEROS = bytes(BLOCK_BYTES)
_sync_data = getattr(os, "fdatasync", os.fsync)  # macOS has the latter only
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class PartFile:
    """An open part file. It is complete up to ``offset``; writes may go beyond.

    Raises :class:`ConflictError` where another program has it open, and
    :class:`OSError`.
    """

    def __init__(self, target: Path, record: Mapping[str, Any]) -> None:
        self.path = target.with_name(target.name + ".part")
        self.offset = 0
        self._target = target
        self._sidecar = target.with_name(target.name + ".part.json")
        self._image = {
            "id": record["id"],
            "size": record.get("size"),
            "hashes": stated_hashes(record),
        }
        self._descriptor = _open_locked(self.path)
        try:
            self._sidecar_descriptor = os.open(self._sidecar, _FLAGS, 0o666)
        except OSError:
            os.close(self._descriptor)
            raise
        self._has_holes = False
        self._syncing: Future[None] | None = None
        self._syncer = ThreadPoolExecutor(1)
        self._synced = (0, time.monotonic())

    def resume(self) -> None:
        """Set the offset to where an earlier download of the same image ended."""
        try:
            state = json.loads(os.pread(self._sidecar_descriptor, SIDECAR_BYTES, 0))
            offset = int(state.pop("offset"))
        except (ValueError, KeyError, AttributeError, TypeError):
            return
        is_there = offset <= os.fstat(self._descriptor).st_size
        if state == self._image and is_there:
            self.offset = offset

    def begin(self, *, has_holes: bool = False, whole_bytes: int | None = None) -> None:
        """Truncate the file to ``offset``, then extend it to ``whole_bytes`` if given.

        With ``has_holes`` and ``whole_bytes``, blocks of zeros are left out as holes.
        """
        os.ftruncate(self._descriptor, self.offset)
        if whole_bytes is not None:
            os.ftruncate(self._descriptor, whole_bytes)
        self._has_holes = has_holes and whole_bytes is not None
        self._sync(self.offset)

    def stored_bytes(self) -> int:
        """Return how much of the disk the file takes up."""
        return os.fstat(self._descriptor).st_blocks * 512

    def append(self, block: bytes) -> None:
        self.write(block, self.offset)
        self.advance(self.offset + len(block))

    def write(self, block: bytes, position: int) -> None:
        if not self._has_holes:
            _write(self._descriptor, block, position)
            return
        if block == _ZEROS[: len(block)]:
            return
        view = memoryview(block)
        for start in range(0, len(block), HOLE_BYTES):
            piece = view[start : start + HOLE_BYTES]
            if not block.startswith(_ZEROS[: len(piece)], start):
                _write(self._descriptor, piece, position + start)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        for position in range(start, stop, BLOCK_BYTES):
            size_bytes = min(BLOCK_BYTES, stop - position)
            yield os.pread(self._descriptor, size_bytes, position)

    def advance(self, offset: int) -> None:
        """Set the offset; from time to time data and sidecar are synced to the disk."""
        self.offset = offset
        synced_bytes, synced_at = self._synced
        is_due = offset - synced_bytes >= CHECKPOINT_BYTES
        if not is_due and time.monotonic() - synced_at < CHECKPOINT_S:
            return
        if self._syncing is None or self._syncing.done():
            self._wait_for_sync()
            self._synced = (offset, time.monotonic())
            self._syncing = self._syncer.submit(self._sync, offset)

    def become_target(self) -> None:
        """Sync the file, rename it to the target and delete the sidecar."""
        self._wait_for_sync()
        os.fsync(self._descriptor)
        os.replace(self.path, self._target)
        self._sidecar.unlink(missing_ok=True)
        _sync_folder(self._target.parent)

    def keep(self) -> str:
        """Sync everything for a later run; return a message for the user about it."""
        self._wait_for_sync()
        self._sync(self.offset)
        whole = self._image["size"]
        of_all = f" of {whole}" if whole is not None else ""
        return (
            f"{self.offset}{of_all} bytes are kept in {self.path};"
            " --continue goes on from there"
        )

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._sidecar.unlink(missing_ok=True)

    def close(self) -> None:
        self._syncer.shutdown()
        os.close(self._sidecar_descriptor)
        os.close(self._descriptor)

    def _wait_for_sync(self) -> None:
        if self._syncing is not None:
            self._syncing.result()
            self._syncing = None

    def _sync(self, offset: int) -> None:
        _sync_data(self._descriptor)
        state = json.dumps({**self._image, "offset": offset})
        # One write of a fixed length: a killed program leaves the old state or the new.
        os.pwrite(self._sidecar_descriptor, state.ljust(SIDECAR_BYTES).encode(), 0)


@contextlib.contextmanager
def open_part(target: Path, record: Mapping[str, Any]) -> Iterator[PartFile]:
    """Open the part file of a target and lock it.

    If the block fails, what was written is kept for a later run, except after
    :class:`VerificationError` and :class:`OSError`. Raises :class:`ConflictError`
    where another program has the file open.
    """
    part = PartFile(target, record)
    try:
        yield part
    except BaseException as error:
        if isinstance(error, (VerificationError, OSError)) or not part.offset:
            part.discard()
        elif isinstance(error, ImagectlError):
            error.hint = "; ".join(filter(None, (error.hint, part.keep())))
        else:
            _log.warning("%s", part.keep())
        raise
    finally:
        part.close()


def _open_locked(path: Path) -> int:
    descriptor = os.open(path, _FLAGS, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The program that had the lock before may have renamed the file.
        is_ours = os.path.samestat(os.fstat(descriptor), os.stat(path))
    except (BlockingIOError, FileNotFoundError):
        is_ours = False
    except OSError:  # a file system without locks
        is_ours = True
    if not is_ours:
        os.close(descriptor)
        raise ConflictError(f"{path} is being written by another program")
    return descriptor


def _write(descriptor: int, data: bytes | memoryview, position: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, position)
        view, position = view[written:], position + written


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with contextlib.suppress(OSError):
        os.fsync(descriptor)
    os.close(descriptor)
