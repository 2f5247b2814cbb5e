"""The token cache: tokens on disk, for later commands.

A token is stored in ``$XDG_CACHE_HOME/imagectl/tokens``, a directory of mode 0700, in a
file of mode 0600. The file's name is a keyed hash of everything that the token depends
on, so another password, user or scope has another file. A cache that cannot be read or
written is treated as empty: it never makes a command fail.
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

from imagectl.auth.access import Access, is_header_value, is_token_body
from imagectl.auth.private_files import PrivateDirectory
from imagectl.http.bodies import parse_json
from imagectl.http.urls import is_url

MARGIN_S = 60.0
"""A token that expires sooner than this is not used."""
KEY_NAME = "key"
KEY_BYTES = 32
SUFFIX = ".json"


class CachedToken(NamedTuple):
    """A token in the cache, and the URL of the Keystone that issued it."""

    auth_url: str
    access: Access


class TokenCache:
    """The cache entry of one token.

    ``identity`` is everything that the token depends on: auth type, credentials and
    scope. ``now`` returns the time in seconds since the epoch.
    """

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
        """Return the token and the API roots that were stored with it, if it is valid.

        The roots are by endpoint: ``{"http://host:9292": "http://host:9292/v2"}``.
        """
        try:
            entry = _parse(self._files.read(self._name()))
            access, roots = _read_access(entry), _read_roots(entry)
        except (OSError, ValueError):
            return None
        return (access, roots) if access.good_until - MARGIN_S > self._now() else None

    def save(self, access: Access, roots: Mapping[str, str]) -> None:
        """Store a token and API roots, and remove expired tokens from the directory.

        A token that never expires is not stored.
        """
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
            self._remove_expired()

    def discard(self) -> None:
        """Remove the token from the cache."""
        with contextlib.suppress(OSError):
            self._files.remove(self._name())

    def _name(self) -> str:
        identity = json.dumps(self._identity, sort_keys=True, default=str).encode()
        return hmac.new(self._key(), identity, hashlib.sha256).hexdigest() + SUFFIX

    def _key(self) -> bytes:
        """Return the secret of this directory, which is made when it is first needed.

        File names are hashed with it, so that nobody can test passwords against them.
        """
        with contextlib.suppress(FileNotFoundError):
            key = self._read_key()
            if key is not None:
                return key
            self._files.remove(KEY_NAME)
        self._files.write_once(KEY_NAME, os.urandom(KEY_BYTES))
        return self._files.read(KEY_NAME)

    def _read_key(self) -> bytes | None:
        """Return the key, or None for an unusable one.

        Raises :class:`FileNotFoundError` if there is none.
        """
        try:
            key = self._files.read(KEY_NAME)
        except FileNotFoundError:
            raise
        except OSError:
            return None
        return key if len(key) == KEY_BYTES else None

    def _remove_expired(self) -> None:
        """Remove expired tokens; the modification time of a file is their expiry."""
        for name in self._files.names(SUFFIX):
            with contextlib.suppress(OSError):
                if self._files.modified_at(name) < self._now():
                    self._files.remove(name)


def list_cached_tokens(directory: Path | None) -> Iterator[CachedToken]:
    """Yield the tokens in a cache directory; files that hold no token are left out."""
    if directory is None:
        return
    files, names = PrivateDirectory(directory), []
    with contextlib.suppress(OSError):
        names = list(files.names(SUFFIX))
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            entry = _parse(files.read(name))
            yield CachedToken(str(entry.get("auth_url") or ""), _read_access(entry))


def clear_token_cache(directory: Path | None) -> int:
    """Remove every token in a cache directory and return how many files there were.

    Raises :class:`OSError` for a file that cannot be removed.
    """
    if directory is None:
        return 0
    files = PrivateDirectory(directory)
    names = list(files.names(SUFFIX))
    for name in names:
        files.remove(name)
    return len(names)


def _parse(content: bytes) -> dict[str, Any]:
    """Return the object in a cache file; raises ValueError for anything else."""
    entry = parse_json(content)
    if not isinstance(entry, dict):
        raise ValueError("no object")
    return entry


def _read_access(entry: Mapping[str, Any]) -> Access:
    token, body, end = (entry.get(key) for key in ("token", "body", "good_until"))
    is_token = isinstance(token, str) and is_header_value(token)
    is_body = isinstance(body, dict) and is_token_body(body)
    if not (is_token and is_body and type(end) in (int, float)):
        raise ValueError("no token")
    return Access(str(token), dict(body or {}), float(str(end)))


def _read_roots(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the API roots, which are requested with the token: none but URLs."""
    roots = entry.get("roots")
    if not (isinstance(roots, dict) and all(map(is_url, roots.values()))):
        raise ValueError("no roots")
    return dict(roots)


def cache_directory(environ: Mapping[str, str]) -> Path | None:
    """Return the directory of the token cache, or None for a user without a home."""
    home = environ.get("HOME")
    default = os.path.join(home, ".cache") if home else ""
    base = environ.get("XDG_CACHE_HOME") or default
    return Path(base) / "imagectl" / "tokens" if os.path.isabs(base) else None
