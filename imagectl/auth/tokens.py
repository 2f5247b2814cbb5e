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
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from imagectl.auth.catalog import Access
from imagectl.auth.private_files import PrivateDirectory

MARGIN_S = 60.0
"""A token that is good for less time is not used."""
KEY_NAME = "key"
KEY_BYTES = 32
SUFFIX = ".json"


class KeptToken(NamedTuple):
    """A token on disk, and the Keystone that issued it."""

    auth_url: str
    access: Access


class TokenCache:
    """One token's place on disk, named by ``identity``: all that it depends on."""

    def __init__(
        self,
        directory: Path,
        identity: Mapping[str, Any],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._files = PrivateDirectory(directory)
        self._identity = identity
        self._now = now

    def load(self) -> tuple[Access, dict[str, str]] | None:
        """Return the kept token and the API roots that were discovered with it."""
        try:
            entry = json.loads(self._files.read(self._name()))
            access, roots = _access_of(entry), dict(entry["roots"])
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
            "auth_url": (self._identity.get("auth") or {}).get("auth_url"),
        }
        with contextlib.suppress(OSError):
            content = json.dumps(entry).encode()
            self._files.write(self._name(), content, access.good_until)
            self._prune()

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._files.remove(self._name())

    def _name(self) -> str:
        identity = json.dumps(self._identity, sort_keys=True, default=str).encode()
        return hmac.new(self._key(), identity, hashlib.sha256).hexdigest() + SUFFIX

    def _key(self) -> bytes:
        """Return this directory's secret, so that a name gives away no password."""
        with contextlib.suppress(FileNotFoundError):
            key = self._read_key()
            if key is not None:
                return key
            self._files.remove(KEY_NAME)
        self._files.write_once(KEY_NAME, os.urandom(KEY_BYTES))
        return self._files.read(KEY_NAME)

    def _read_key(self) -> bytes | None:
        """Return the key, None for a broken one; FileNotFoundError if there is none."""
        try:
            key = self._files.read(KEY_NAME)
        except FileNotFoundError:
            raise
        except OSError:
            return None
        return key if len(key) == KEY_BYTES else None

    def _prune(self) -> None:
        for name in self._files.names(SUFFIX):
            with contextlib.suppress(OSError):
                if self._files.modified_at(name) < self._now():
                    self._files.remove(name)


def kept_tokens(directory: Path | None) -> Iterator[KeptToken]:
    """Yield the tokens on disk; a file that cannot be read as one is left out."""
    if directory is None:
        return
    files = PrivateDirectory(directory)
    for name in files.names(SUFFIX):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            entry = json.loads(files.read(name))
            yield KeptToken(str(entry.get("auth_url") or ""), _access_of(entry))


def drop_kept_tokens(directory: Path | None) -> int:
    """Remove every token on disk, readable or not, and return how many there were."""
    if directory is None:
        return 0
    files = PrivateDirectory(directory)
    names = list(files.names(SUFFIX))
    for name in names:
        files.remove(name)
    return len(names)


def _access_of(entry: Mapping[str, Any]) -> Access:
    return Access(entry["token"], entry["body"], float(entry["good_until"]))


def cache_directory(environ: Mapping[str, str]) -> Path | None:
    """Return where tokens are kept, or None for a user without a home."""
    home = environ.get("HOME")
    default = os.path.join(home, ".cache") if home else ""
    base = environ.get("XDG_CACHE_HOME") or default
    return Path(base) / "imagectl" / "tokens" if os.path.isabs(base) else None
