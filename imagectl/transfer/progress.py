"""Shows the progress of transfers: a bar on a terminal, or a line every few seconds."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from imagectl.output import escape

Report = Callable[[int], object]
"""Takes the number of bytes transferred since the last call; a negative number where a
transfer begins again."""

STYLES = ("bar", "plain", "none")
PLAIN_INTERVAL_S = 5.0
TITLE_WIDTH = 40
"""How much of the names of what is moved is shown."""


class Progress:
    """What is moved, reported from any thread: bytes, and which files are on their way.

    ``report`` gets bytes, ``tell`` the text that says what is moved: the name of a
    file, or how many of several are done and the names of those on their way.
    """

    def __init__(
        self,
        report: Report,
        tell: Callable[[str], object],
        title: str = "",
        count: int = 1,
    ) -> None:
        self._report, self._tell, self._count = report, tell, count
        self._lock = threading.Lock()
        self._moving: list[str] = [title] if title else []
        self._done = 0
        tell(self._title)

    def __call__(self, size_bytes: int) -> None:
        with self._lock:
            self._report(size_bytes)

    @contextlib.contextmanager
    def moving(self, name: str) -> Iterator[None]:
        """Name what is on its way until the end of the block."""
        with self._lock:
            self._moving.append(name)
            self._tell(self._title)
        try:
            yield
        finally:
            with self._lock:
                self._moving.remove(name)
                self._done += 1
                self._tell(self._title)

    @property
    def _title(self) -> str:
        names = escape(", ".join(self._moving))
        if len(names) > TITLE_WIDTH:
            names = f"{names[: TITLE_WIDTH - 3]}..."
        if self._count == 1:
            return names
        counted = f"{self._done} of {self._count}"
        return f"{counted}: {names}" if names else counted


@contextlib.contextmanager
def show_progress(
    stream: TextIO | None,
    total_bytes: int | None,
    style: str = "bar",
    title: str = "",
    count: int = 1,
) -> Iterator[Progress]:
    """Show on ``stream`` the progress that is reported, from any thread.

    ``total_bytes`` is None where it is not known. ``style`` is one of :data:`STYLES`;
    a bar is shown on a terminal only. Without a stream nothing is shown. ``title`` is
    the name of what is moved; where ``count`` are, :meth:`Progress.moving` names them.
    """
    if stream is None or style == "none" or (style == "bar" and not stream.isatty()):
        yield Progress(ignore, ignore)
        return
    shown = _lines if style == "plain" else _bar
    with shown(stream, total_bytes) as (report, tell):
        yield Progress(report, tell, title, count)


Shown = tuple[Report, Callable[[str], object]]
"""What shows bytes that were moved, and what shows a title."""


@contextlib.contextmanager
def _bar(stream: TextIO, total_bytes: int | None) -> Iterator[Shown]:
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """A bar with sizes in the units that everything else has, too."""

        @property
        def format_dict(self) -> dict[str, Any]:
            shown: dict[str, Any] = super().format_dict
            rate = shown["rate"] or shown["n"] / max(shown["elapsed"], 1e-3)
            shown |= {"moved": show_size(shown["n"]), "speed": f"{show_size(rate)}/s"}
            return {**shown, "whole": show_size(shown["total"] or 0)}

    counted = "{moved} of {whole} [{elapsed}<{remaining}, {speed}]"
    known = f"{{desc}}{{percentage:3.0f}}%|{{bar}}| {counted}"
    layout = known if total_bytes is not None else "{desc}{moved} [{elapsed}, {speed}]"
    with Bar(
        total=total_bytes, file=stream, dynamic_ncols=True, bar_format=layout
    ) as bar:
        yield bar.update, bar.set_description


@contextlib.contextmanager
def _lines(stream: TextIO, total_bytes: int | None) -> Iterator[Shown]:
    lines = PlainLines(stream, total_bytes)
    yield lines.report, lines.tell
    lines.write()


class PlainLines:
    """Writes a line of progress every few seconds, for logs."""

    def __init__(
        self,
        stream: TextIO,
        total_bytes: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._total_bytes = total_bytes
        self._clock = clock
        self._title = ""
        self._moved_bytes = 0
        self._began_s = self._written_s = clock()

    def report(self, size_bytes: int) -> None:
        self._moved_bytes += size_bytes
        if self._clock() - self._written_s >= PLAIN_INTERVAL_S:
            self.write()

    def tell(self, title: str) -> None:
        """Begin the lines with ``title`` from now on."""
        self._title = title

    def write(self) -> None:
        self._written_s = self._clock()
        moved, total = self._moved_bytes, self._total_bytes
        rate = moved / max(self._written_s - self._began_s, 1e-3)
        parts = [show_size(moved), f"{show_size(rate)}/s"]
        if total:
            parts[0] = f"{moved * 100 // total} %, {parts[0]} of {show_size(total)}"
            if 0 < moved < total:
                parts.append(f"{(total - moved) / max(rate, 1):.0f} s left")
        title = f"{self._title}: " if self._title else ""
        self._stream.write(f"imagectl: {title}{', '.join(parts)}\n")
        self._stream.flush()


def show_size(size_bytes: float) -> str:
    """Return a size in units of 1024 with one digit."""
    size, units = float(size_bytes), iter(("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
    unit = next(units)
    while abs(size) >= 1024:
        size, unit = size / 1024, next(units)
    return f"{size:.1f}".removesuffix(".0") + f" {unit}B"


def ignore(told: object) -> None:
    """Report to nobody."""
