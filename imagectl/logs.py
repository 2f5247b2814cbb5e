"""The log on stderr and in ``--log-file``, safe to print whatever a service says."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from io import TextIOWrapper

from imagectl.output import escape


def escape_lines(text: str) -> str:
    """Return ``text`` with every control character escaped but the ends of lines."""
    return "\n".join(map(escape, text.split("\n")))


class EscapingFormatter(logging.Formatter):
    """Formats every record of every log; of what a service says, nothing is obeyed.

    Where the name of the program is given, warnings begin with it, as errors do.
    """

    def __init__(self, form: str, program: str = "") -> None:
        super().__init__(form)
        self._prefix = program and f"{program}: "

    def format(self, record: logging.LogRecord) -> str:
        prefix = self._prefix if record.levelno >= logging.WARNING else ""
        return prefix + escape_lines(super().format(record))


class LogFile(logging.FileHandler):
    """A log file; if it cannot be written, ``say`` is told once, and that is all."""

    def __init__(self, path: str, say: Callable[[str], object]) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self._say = say
        self._has_failed = False

    def _open(self) -> TextIOWrapper:
        """Open the file; a pipe that nobody reads is an error and not waited for."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(self.baseFilename, flags, 0o666)
        os.set_blocking(descriptor, True)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        if not self._has_failed:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        self._has_failed = True
        self._say(f"{self.baseFilename} cannot be written; the log ends here")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            super().close()
