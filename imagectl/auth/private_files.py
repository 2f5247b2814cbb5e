"""A directory whose files only the user can read or replace."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 4 * 1024 * 1024
"""No more than this is read from a file."""


class PrivateDirectory:
    """Files of mode 0600 in a directory of mode 0700.

    Each file is replaced as a whole, so several processes can read and write at the
    same time. Every method raises :class:`OSError`: ``read`` also for a file that
    another user owns or can read, ``write`` and ``write_once`` also for a directory
    that another user owns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self, suffix: str) -> Iterator[str]:
        """Yield the names of the files that end in ``suffix``, sorted."""
        with contextlib.suppress(FileNotFoundError):
            yield from sorted(n for n in os.listdir(self.path) if n.endswith(suffix))

    def modified_at(self, name: str) -> float:
        """Return a file's modification time, in seconds since the epoch."""
        return (self.path / name).lstat().st_mtime

    def read(self, name: str) -> bytes:
        """Return a file's content, up to ``MAX_BYTES``."""
        path = self.path / name
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            is_private = not status.st_mode & 0o077 and status.st_uid == os.geteuid()
            if not is_private or not stat.S_ISREG(status.st_mode):
                raise PermissionError(f"{path} is not private")
            return file.read(MAX_BYTES)

    def write(
        self, name: str, content: bytes, modified_at: float | None = None
    ) -> None:
        """Write a file, or replace it.

        ``modified_at`` sets its modification time, in seconds since the epoch.
        """
        with self._written(name, content) as path:
            if modified_at is not None:
                os.utime(path, (modified_at, modified_at))
            path.replace(self.path / name)

    def write_once(self, name: str, content: bytes) -> None:
        """Write a file unless it exists; of several processes, the first one wins."""
        with self._written(name, content) as path:
            with contextlib.suppress(FileExistsError):
                os.link(path, self.path / name)
            path.unlink()

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""
        (self.path / name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _written(self, name: str, content: bytes) -> Iterator[Path]:
        """Write the content to a new file of another name, and yield its path."""
        self._prepare()
        path = self.path / f".{name}.{os.urandom(8).hex()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with open(os.open(path, flags, 0o600), "wb") as file:
                file.write(content)
            yield path
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def _prepare(self) -> None:
        """Create the directory, or check its owner and close it to other users."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError(f"{self.path} is not ours")
        if status.st_mode & 0o077:
            self.path.chmod(0o700)
