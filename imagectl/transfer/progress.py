"""A progress bar for people: on a terminal, and nowhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

Report = Callable[[int], object]
"""Takes the number of bytes that were moved since it was last called."""


@contextlib.contextmanager
def show_progress(stream: TextIO | None, total_bytes: int | None) -> Iterator[Report]:
    """Show a bar on ``stream`` if that is a terminal; the block reports to it."""
    if stream is None or not stream.isatty():
        yield ignore
        return
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


def counted(blocks: Iterable[bytes], report: Report) -> Iterator[bytes]:
    """Pass ``blocks`` on, and report each of them once it is dealt with."""
    for block in blocks:
        yield block
        report(len(block))


def ignore(size_bytes: int) -> None:
    """Nobody wants to know."""
