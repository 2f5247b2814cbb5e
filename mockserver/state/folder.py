"""The folder of a cloud: one process owns it, and cleans up after the one before.

The owner holds a lock on the folder itself, which ends with the process however it
ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

DATABASE = "mock.db"
_PREFIX = "mockserver-"
_TEMPORARY = "temporary"
"""A file that only temporary folders have, once they are locked."""
_IN_MEMORY = "/dev/shm"


class FolderInUse(Exception):
    """Another cloud keeps its records in the folder."""


class Folder:
    """A folder that this cloud alone uses until :meth:`close`.

    ``path`` is created if it is not there; None makes a temporary one, which is deleted
    at the end, ``in_memory`` where the system has a file system there. Raises
    :class:`FolderInUse`, and OSError where it cannot be created.
    """

    def __init__(self, path: Path | None, *, in_memory: bool = False) -> None:
        self._is_temporary = path is None
        if path is None:
            place = _IN_MEMORY if in_memory and os.access(_IN_MEMORY, os.W_OK) else None
            _remove_abandoned(Path(place or tempfile.gettempdir()))
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        self.path = path
        self._made = [] if self._is_temporary else _missing(path)
        path.mkdir(parents=True, exist_ok=True)
        self.is_new = not (path / DATABASE).exists()
        try:
            self._lock = _lock(path)
        except BlockingIOError:
            raise FolderInUse(f"{path} is in use by another mockserver") from None
        if self._is_temporary:
            (path / _TEMPORARY).touch()
        else:  # a temporary folder that somebody keeps is one no more
            (path / _TEMPORARY).unlink(missing_ok=True)

    def close(self) -> None:
        """Release the folder; delete a temporary one."""
        if self._is_temporary:
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    def abandon(self) -> None:
        """Release the folder, and delete what is new in it: the cloud did not start."""
        if self.is_new and not self._is_temporary:
            for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
                (self.path / name).unlink(missing_ok=True)
            for folder in self.path.glob("images*"), self.path.glob("staging"):
                for one in folder:
                    shutil.rmtree(one, ignore_errors=True)
        self.close()
        for made in self._made:
            with contextlib.suppress(OSError):  # it is not empty
                made.rmdir()


def _missing(path: Path) -> list[Path]:
    """Return the path and those of its parents that do not exist, innermost first."""
    return [one for one in (path, *path.parents) if not one.exists()]


def _lock(path: Path) -> int:
    """Lock a folder and return its descriptor; raises BlockingIOError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _remove_abandoned(place: Path) -> None:
    """Delete the temporary folders of clouds whose process was killed."""
    for path in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # in use, or gone
            if _is_temporary(path):
                lock = _lock(path)
                if _is_temporary(path):
                    shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _is_temporary(path: Path) -> bool:
    """Tell whether a cloud of this user made a folder for as long as it runs."""
    is_ours = path.lstat().st_uid == os.getuid() and not path.is_symlink()
    return is_ours and (path / _TEMPORARY).is_file()
