"""What was typed at the prompt, kept for the next one: without secrets, mode 0600."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from imagectl.auth.private_files import PrivateDirectory

FILE = "history"
MAX_LINES = 1000
_SECRET = re.compile(r"pass(word|code|phrase)|secret|token|-key\b|--os-code\b", re.I)
"""A line with such a word is not kept: a value beside it may be a secret."""


def state_directory(environ: Mapping[str, str]) -> Path | None:
    """Return our directory below ``XDG_STATE_HOME``; None without a home."""
    base = environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(environ.get("HOME", ""), ".local", "state")
    return Path(base, "imagectl") if os.path.isabs(base) else None


def keepable(lines: Iterable[str]) -> list[str]:
    """Return the last lines that hold no secret."""
    return [line for line in lines if not _SECRET.search(line)][-MAX_LINES:]


class History:
    """The lines that readline has, from a file and back; a failure is no matter."""

    def __init__(self, readline: ModuleType, directory: Path | None) -> None:
        self._readline = readline
        self._files = PrivateDirectory(directory) if directory else None

    def load(self) -> None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            text = self._files.read(FILE).decode() if self._files else ""
            for line in text.splitlines():
                self._readline.add_history(line)

    def save(self) -> None:
        count = self._readline.get_current_history_length()
        lines = (self._readline.get_history_item(n + 1) or "" for n in range(count))
        content = "".join(f"{line}\n" for line in keepable(lines))
        with contextlib.suppress(OSError):
            if self._files:
                self._files.write(FILE, content.encode())
