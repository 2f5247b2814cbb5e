"""Shows the progress of transfers: a bar on a terminal, or a line every few seconds."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

Report = Callable[[int], object]
"""Takes the number of bytes transferred since the last call; a negative number where a
transfer begins again."""

STYLES = ("bar", "plain", "none")
PLAIN_INTERVAL_S = 5.0


@contextlib.contextmanager
def show_progress(
    stream: TextIO | None, total_bytes: int | None, style: str = "bar"
) -> Iterator[Report]:
    """Show on ``stream`` the progress that is reported, from any thread.

    ``total_bytes`` is None where it is not known. ``style`` is one of :data:`STYLES`;
    a bar is shown on a terminal only. Without a stream nothing is shown.
    """
    if stream is None or style == "none" or (style == "bar" and not stream.isatty()):
        yield ignore
        return
    shown = _lines if style == "plain" else _bar
    with shown(stream, total_bytes) as report:
        lock = threading.Lock()

        def report_one(size_bytes: int) -> None:
            with lock:
                report(size_bytes)

        yield report_one


@contextlib.contextmanager
def _bar(stream: TextIO, total_bytes: int | None) -> Iterator[Report]:
    from tqdm import tqdm

    with tqdm(
        total=total_bytes,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        file=stream,
        dynamic_ncols=True,
    ) as bar:
        yield bar.update


@contextlib.contextmanager
def _lines(stream: TextIO, total_bytes: int | None) -> Iterator[Report]:
    lines = PlainLines(stream, total_bytes)
    yield lines.report
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
        self._moved_bytes = 0
        self._began_s = self._written_s = clock()

    def report(self, size_bytes: int) -> None:
        self._moved_bytes += size_bytes
        if self._clock() - self._written_s >= PLAIN_INTERVAL_S:
            self.write()

    def write(self) -> None:
        self._written_s = self._clock()
        moved, total = self._moved_bytes, self._total_bytes
        rate = moved / max(self._written_s - self._began_s, 1e-3)
        parts = [show_size(moved), f"{show_size(rate)}/s"]
        if total:
            parts[0] = f"{moved * 100 // total} %, {parts[0]} of {show_size(total)}"
            if 0 < moved < total:
                parts.append(f"{(total - moved) / max(rate, 1):.0f} s left")
        self._stream.write(f"imagectl: {', '.join(parts)}\n")
        self._stream.flush()


def show_size(size_bytes: float) -> str:
    """Return a size in units of 1024 with one digit."""
    size, units = float(size_bytes), iter(("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
    unit = next(units)
    while abs(size) >= 1024:
        size, unit = size / 1024, next(units)
    return f"{size:.1f}".removesuffix(".0") + f" {unit}B"


def ignore(size_bytes: int) -> None:
    """Report to nobody."""
