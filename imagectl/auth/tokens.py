"""Tokens kept on disk between commands.

A token lies in ``$XDG_CACHE_HOME/imagectl/tokens``, a directory of mode 0700, in a file
of mode 0600 whose name is a keyed digest of everything that was authenticated with:
another password, user or scope is another file. Whatever is wrong with the cache, a
command works as if it were empty.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from imagectl.auth.catalog import Access

MARGIN_S = 60.0
"""A token that is good for less time is not used."""
KEY_NAME = "key"
KEY_BYTES = 32
MAX_BYTES = 4 * 1024 * 1024


class TokenCache:
    """One token's place on disk, named by ``identity``: all that it depends on."""

    def __init__(
        self,
        directory: Path,
        identity: Mapping[str, Any],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._identity = identity
        self._now = now

    def load(self) -> tuple[Access, dict[str, str]] | None:
        """Return the kept token and the API roots that were discovered with it."""
        try:
            entry = json.loads(self._read(self._name()))
            access = Access(entry["token"], entry["body"], float(entry["good_until"]))
            roots = dict(entry["roots"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return (access, roots) if access.good_until - MARGIN_S > self._now() else None

    def save(self, access: Access, roots: Mapping[str, str]) -> None:
        """Keep a token that expires, and drop the files of those that have."""
        if access.good_until == float("inf"):
            return
        entry = {
            "token": access.token,
            "body": access.body,
            "good_until": access.good_until,
            "roots": dict(roots),
        }
        with contextlib.suppress(OSError):
            self._prepare()
            self._write(self._name(), json.dumps(entry).encode(), access.good_until)
            self._prune()

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            (self._directory / self._name()).unlink()

    def _name(self) -> str:
        identity = json.dumps(self._identity, sort_keys=True, default=str).encode()
        return hmac.new(self._key(), identity, hashlib.sha256).hexdigest() + ".json"

    def _key(self) -> bytes:
        """Return this directory's secret, so that a name gives away no password."""
        with contextlib.suppress(OSError):
            key = self._read(KEY_NAME)
            if len(key) == KEY_BYTES:
                return key
        self._prepare()
        self._write(KEY_NAME, os.urandom(KEY_BYTES))
        return self._read(KEY_NAME)

    def _prepare(self) -> None:
        """Make the directory, and refuse one that others can look into or replace."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self._directory.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError(f"{self._directory} is not ours")
        if status.st_mode & 0o077:
            self._directory.chmod(0o700)

    def _read(self, name: str) -> bytes:
        """Read a file that only its owner, we, can have written."""
        path = self._directory / name
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            is_private = not status.st_mode & 0o077 and status.st_uid == os.geteuid()
            if not is_private or not stat.S_ISREG(status.st_mode):
                raise PermissionError(f"{path} is not private")
            return file.read(MAX_BYTES)

    def _write(
        self, name: str, content: bytes, good_until: float | None = None
    ) -> None:
        """Put a whole file in place at once; its time is when it stops being good."""
        path = self._directory / f".{name}.{os.urandom(8).hex()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with open(os.open(path, flags, 0o600), "wb") as file:
                file.write(content)
            if good_until is not None:
                os.utime(path, (good_until, good_until))
            path.replace(self._directory / name)
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def _prune(self) -> None:
        for path in self._directory.glob("*.json"):
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < self._now():
                    path.unlink()


def cache_directory(environ: Mapping[str, str]) -> Path | None:
    """Return where tokens are kept, or None for a user without a home."""
    home = environ.get("HOME")
    default = os.path.join(home, ".cache") if home else ""
    base = environ.get("XDG_CACHE_HOME") or default
    return Path(base) / "imagectl" / "tokens" if os.path.isabs(base) else None
