"""Whole processes, measured in turn: A B A B, after a warm-up of each.

Pairs are what makes a ratio hold on a machine whose speed drifts: each of our runs is
divided by the peer's run next to it, and the median of those ratios is quoted.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Sample:
    """One run of a command; ``peak_kib`` is its largest resident set."""

    wall_s: float
    peak_kib: int


@dataclass(frozen=True)
class Comparison:
    """The paired runs of one of our commands and its peer."""

    title: str
    ours: Sequence[Sample]
    theirs: Sequence[Sample]

    @property
    def wall_ratio(self) -> float:
        pairs = zip(self.ours, self.theirs, strict=True)
        return statistics.median(a.wall_s / b.wall_s for a, b in pairs)

    @property
    def peak_ratio(self) -> float:
        pairs = zip(self.ours, self.theirs, strict=True)
        return statistics.median(a.peak_kib / b.peak_kib for a, b in pairs)


def compare(
    title: str,
    ours: Sequence[str],
    theirs: Sequence[str],
    environ: Mapping[str, str] = MappingProxyType({}),
    *,
    runs: int = 9,
) -> Comparison:
    """Run both commands ``runs`` times in turn; raises where one of them fails."""
    for command in (ours, theirs):
        run_once(command, environ)
    pairs = [(run_once(ours, environ), run_once(theirs, environ)) for _ in range(runs)]
    return Comparison(title, [a for a, _ in pairs], [b for _, b in pairs])


def run_once(command: Sequence[str], environ: Mapping[str, str]) -> Sample:
    """Run a command, its output thrown away, with ``environ`` beside ours."""
    began_s = time.perf_counter()
    silence = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawnp(
        command[0], list(command), {**os.environ, **environ}, file_actions=silence
    )
    _, status, usage = os.wait4(process, 0)
    wall_s = time.perf_counter() - began_s
    if status:
        raise RuntimeError(f"{' '.join(command)}: status {status}")
    return Sample(wall_s, usage.ru_maxrss)


def memory_folder() -> str | None:
    """Return a folder in memory if there is one: it is no disk that is measured."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def median_wall_s(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.wall_s for sample in samples)


def median_peak_mib(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.peak_kib for sample in samples) / 1024
