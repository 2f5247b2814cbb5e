"""A directory of files that nobody but their owner reads or replaces."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 4 * 1024 * 1024


class PrivateDirectory:
    """Files of mode 0600 in a directory of mode 0700, each written whole at once.

    Several processes may read and write it at the same time. Every method raises
    OSError where the directory or a file is not ours alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self, suffix: str) -> Iterator[str]:
        """Yield the names that end in ``suffix``; none where there is no directory."""
        with contextlib.suppress(FileNotFoundError):
            yield from sorted(n for n in os.listdir(self.path) if n.endswith(suffix))

    def modified_at(self, name: str) -> float:
        return (self.path / name).lstat().st_mtime

    def read(self, name: str) -> bytes:
        """Read a file that only its owner, we, can have written."""
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
        """Put a whole file in place of the one that may be there."""
        with self._written(name, content) as path:
            if modified_at is not None:
                os.utime(path, (modified_at, modified_at))
            path.replace(self.path / name)

    def write_once(self, name: str, content: bytes) -> None:
        """Put a whole file in place, unless there is one: the first of several wins."""
        with self._written(name, content) as path:
            with contextlib.suppress(FileExistsError):
                os.link(path, self.path / name)
            path.unlink()

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _written(self, name: str, content: bytes) -> Iterator[Path]:
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
        """Make the directory, and refuse one that others can look into or replace."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError(f"{self.path} is not ours")
        if status.st_mode & 0o077:
            self.path.chmod(0o700)
