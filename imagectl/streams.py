"""Standard output and standard error, as streams that never raise.

Output that cannot be written must not change what a command does: it has often changed
the cloud by then.
"""

from __future__ import annotations

import errno
import io
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from io import TextIOWrapper as TextBase  # the type that libraries ask for
else:
    TextBase = io.TextIOBase

CLOSED = "it is closed"
CLEARED_LINE = "\r\x1b[K"


class Stream(TextBase):
    """A stream of text; what it cannot write is lost, and ``failure`` says why.

    Characters that its encoding lacks are written as escapes. A line that is written
    while a progress bar is shown takes the place of the bar, which is then drawn below.
    """

    def __init__(self, stream: TextIO | None) -> None:
        """Write to ``stream``; it is None where the process was started without."""
        self.failure: OSError | None = None
        """Why the first text was lost."""
        self._stream = stream
        self._is_terminal = stream is not None and stream.isatty()
        self._shows_bar = False

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "backslashreplace"

    def write(self, text: str) -> int:
        if text and self.failure is None:
            try:
                shown = text if text.isascii() else self._encodable(text)
                if self._is_terminal:
                    shown = self._around_bar(shown)
                (self._stream or self._opened()).write(shown)
            except (OSError, ValueError) as error:
                self._lose(error)
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        """Write ``data`` as it is, after all text."""
        if self.failure is None:
            try:
                stream = self._opened()
                stream.flush()
                stream.buffer.write(data)
            except (OSError, ValueError) as error:
                self._lose(error)

    def flush(self) -> None:
        if self._stream is not None and self.failure is None:
            try:
                self._stream.flush()
            except (OSError, ValueError) as error:
                self._lose(error)

    def isatty(self) -> bool:
        return self._is_terminal

    def fileno(self) -> int:
        """Return the descriptor; raises :class:`OSError` where there is none."""
        return self._opened().fileno()

    def _opened(self) -> TextIO:
        if self._stream is None:
            raise OSError(errno.EBADF, CLOSED)
        return self._stream

    def _encodable(self, text: str) -> str:
        return text.encode(self.encoding, self.errors).decode(self.encoding)

    def _around_bar(self, text: str) -> str:
        was_shown = self._shows_bar
        self._shows_bar = text.startswith("\r") and not text.endswith("\n")
        is_line = text.endswith("\n") and text != "\n" and not text.startswith("\r")
        if not (was_shown and is_line):
            return text
        return CLEARED_LINE + text

    def _lose(self, error: OSError | ValueError) -> None:
        if isinstance(error, ValueError):  # so Python says that a file is closed
            error = OSError(errno.EBADF, CLOSED)
        self.failure = error
