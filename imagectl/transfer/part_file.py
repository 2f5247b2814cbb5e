"""The file of a download that is not complete: ``NAME.part``, and its sidecar.

The sidecar ``NAME.part.json`` says which image it is and up to which offset its bytes
are on the disk, which is enough to resume after a crash. Once the data is verified,
the part file becomes the target and the sidecar is deleted.

Either name may be that of a file of the user's, which is not written to: one that holds
data and is no sidecar or has none, a link, or no regular file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import stat
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
NOTES = {"id", "size", "hashes", "offset"}
MAX_NAME_BYTES = 255
SUFFIXES = (".part", ".part.json")
"""Of the part file and of its sidecar."""

_log = logging.getLogger(__name__)
_ZEROS = bytes(BLOCK_BYTES)
_sync_data = getattr(os, "fdatasync", os.fsync)  # macOS has the latter only
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class PartFile:
    """An open part file. It is complete up to ``offset``; writes may go beyond.

    Raises :class:`ConflictError` where another program has it open, and
    :class:`OSError`.
    """

    def __init__(self, target: Path, record: Mapping[str, Any]) -> None:
        self.path, self._sidecar = (_beside(target, suffix) for suffix in SUFFIXES)
        self.offset = 0
        self._target = target
        self._image = {
            "id": record["id"],
            "size": record.get("size"),
            "hashes": stated_hashes(record),
        }
        self._descriptor = _open_locked(self.path)
        self._notes: int | None = None
        """The descriptor of the sidecar; None where its name is not to be had."""
        try:
            self._notes = self._open_notes()
        except (OSError, ImagectlError):
            if not os.fstat(self._descriptor).st_size:
                self.path.unlink()
            os.close(self._descriptor)
            raise
        self._has_holes = False
        self._syncing: Future[None] | None = None
        self._syncer = ThreadPoolExecutor(1)
        self._synced = (0, time.monotonic())

    def resume(self) -> None:
        """Set the offset to where an earlier download of the same image ended."""
        state = _read_notes(self._notes)
        offset = state.pop("offset", None)
        is_there = type(offset) is int and (
            0 <= offset <= os.fstat(self._descriptor).st_size
        )
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
        self._unlink_notes()
        _sync_folder(self._target.parent)

    def can_be_kept(self) -> bool:
        """Return whether there is something that a later run can go on with."""
        return self.offset > 0 and self._notes is not None

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
        self._unlink_notes()

    def close(self) -> None:
        self._syncer.shutdown()
        if self._notes is not None:
            os.close(self._notes)
        os.close(self._descriptor)

    def _open_notes(self) -> int | None:
        """Open the sidecar; raises :class:`ConflictError` for a file of the user's."""
        is_new = not os.fstat(self._descriptor).st_size
        if not (is_new or os.path.lexists(self._sidecar)):
            raise ConflictError(
                f"{self.path} is not a download of imagectl's.",
                hint="move it, or save the image under another name",
            )
        try:
            descriptor = _open_own(self._sidecar)
        except (IsADirectoryError, PermissionError):
            return None
        if is_new and os.fstat(descriptor).st_size and not _read_notes(descriptor):
            os.close(descriptor)
            return None
        return descriptor

    def _unlink_notes(self) -> None:
        if self._notes is not None:
            self._sidecar.unlink(missing_ok=True)

    def _wait_for_sync(self) -> None:
        if self._syncing is not None:
            self._syncing.result()
            self._syncing = None

    def _sync(self, offset: int) -> None:
        _sync_data(self._descriptor)
        if self._notes is None:
            return
        state = json.dumps({**self._image, "offset": offset})
        # One write of a fixed length: a killed program leaves the old state or the new.
        os.pwrite(self._notes, state.ljust(SIDECAR_BYTES).encode(), 0)


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
        if isinstance(error, (VerificationError, OSError)) or not part.can_be_kept():
            part.discard()
        elif isinstance(error, ImagectlError):
            error.hint = "; ".join(filter(None, (error.hint, part.keep())))
        else:
            _log.warning("%s", part.keep())
        raise
    finally:
        part.close()


def _beside(target: Path, suffix: str) -> Path:
    """Return the target's path with a suffix; a name that gets too long is cut."""
    name = os.fsencode(target.name)
    most_bytes = MAX_NAME_BYTES - max(map(len, SUFFIXES))
    if len(name) > most_bytes:
        mark = b"-" + hashlib.sha256(name).hexdigest()[:8].encode()
        name = name[: most_bytes - len(mark)] + mark
    return target.with_name(os.fsdecode(name) + suffix)


def _read_notes(descriptor: int | None) -> dict[str, Any]:
    """Return what a sidecar says; it is empty where that cannot be understood."""
    if descriptor is None:
        return {}
    try:
        state = json.loads(os.pread(descriptor, SIDECAR_BYTES, 0))
    except (ValueError, RecursionError):
        return {}
    is_whole = isinstance(state, dict) and state.keys() >= NOTES
    return state if is_whole else {}


def _open_own(path: Path) -> int:
    """Open or create a file that this program alone has under one name.

    Raises :class:`ConflictError` for any other.
    """
    if path.is_symlink():
        raise ConflictError(f"{path} is a link.")
    descriptor = os.open(path, _FLAGS, 0o666)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(descriptor)
        raise ConflictError(f"{path} has other names or is no regular file.")
    return descriptor


def _open_locked(path: Path) -> int:
    descriptor = _open_own(path)
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
