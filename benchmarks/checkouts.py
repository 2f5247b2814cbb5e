"""This checkout beside another one of the project: what a change costs or saves.

Run by itself: ``python -m benchmarks.checkouts OTHER/.venv/bin``, where OTHER has been
installed as ``make test`` does it. Both are measured in turn, each client with its own
mock, and ours is divided by theirs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.clouds import program, serve_mock
from benchmarks.harness import (
    Comparison,
    Sample,
    compare,
    median_peak_mib,
    median_wall_s,
    memory_folder,
    run_once,
)
from benchmarks.load import measure_rate
from benchmarks.peers import Peer
from benchmarks.service import OPERATIONS, time_start
from benchmarks.transfers import write_random
from mockserver.cli.environment import variables_of

ROUNDS = 5
STARTS = 9
STORED = 1_000
SIZE_MIB = 512
HEAD = """\
| what | this checkout | the other | ratio |
|---|---|---|---|"""


@dataclass(frozen=True)
class Checkout:
    """The programs of one checkout, and a mock of its own that is served."""

    bin: Path
    described: Mapping[str, Any]

    @property
    def environ(self) -> dict[str, str]:
        return variables_of(self.described)

    @property
    def peak_mib(self) -> float:
        """The largest resident set of the mock so far."""
        status = Path(f"/proc/{self.described['pid']}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[Checkout]:
    """Serve the mock of a checkout's ``bin`` with images in it."""
    with serve_mock(STORED, str(folder / "mockserver")) as described:
        yield Checkout(folder, described)


def command_rows(ours: Checkout, theirs: Checkout) -> Iterator[str]:
    for words in ("--version", "image list", "image show image-000001"):
        found = _compare_commands(words, ours, theirs)
        sides = (found.ours, found.theirs)
        walls = [f"{median_wall_s(side):.3f} s" for side in sides]
        peaks = [f"{median_peak_mib(side):.0f} MiB" for side in sides]
        yield _row(f"`imagectl {words}`: time", walls, found.wall_ratio)
        yield _row(f"`imagectl {words}`: memory", peaks, found.peak_ratio)


def _compare_commands(words: str, ours: Checkout, theirs: Checkout) -> Comparison:
    def command(side: Checkout) -> list[str]:
        variables = [f"{name}={value}" for name, value in side.environ.items()]
        return ["env", *variables, str(side.bin / "imagectl"), *words.split()]

    return compare(words, command(ours), command(theirs), runs=STARTS)


def start_rows(ours: Checkout, theirs: Checkout) -> Iterator[str]:
    programs = [str(side.bin / "mockserver") for side in (ours, theirs)]
    pairs = [(time_start(programs[0]), time_start(programs[1])) for _ in range(STARTS)]
    yield _pair_row("`mockserver serve` until it is ready", pairs, "{:.3f} s")


def rate_rows(ours: Checkout, theirs: Checkout) -> Iterator[str]:
    peers = [Peer.of("", side.described) for side in (ours, theirs)]
    for name, prepare in OPERATIONS.items():
        mine, other = (prepare(peer) for peer in peers)
        pairs = [(measure_rate(mine), measure_rate(other)) for _ in range(ROUNDS)]
        yield _pair_row(f"{name} a second", pairs, "{:,.0f}")


def transfer_rows(ours: Checkout, theirs: Checkout) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        data = Path(name, "data.raw")
        write_random(data, SIZE_MIB)

        def upload(side: Checkout) -> Sample:
            create = ["image", "create", "moved", "--disk-format", "raw"]
            return _run(side, *create, "--file", str(data))

        def download(side: Checkout) -> Sample:
            copy = Path(name, "copy.raw")
            copy.unlink(missing_ok=True)
            return _run(side, "image", "save", "moved", "--file", str(copy))

        def discard(side: Checkout) -> None:
            _run(side, "image", "delete", "moved")

        pairs: list[tuple[float, float]] = []
        saves: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            pairs.append((_rate(upload, ours), _rate(upload, theirs)))
            saves.append((_rate(download, ours), _rate(download, theirs)))
            discard(ours)
            discard(theirs)
    yield _pair_row("`imagectl image create --file`, MiB/s", pairs, "{:,.0f}")
    yield _pair_row("`imagectl image save`, MiB/s", saves, "{:,.0f}")


def _run(side: Checkout, *argv: str) -> Sample:
    return run_once([str(side.bin / "imagectl"), "-q", *argv], side.environ)


def _rate(act: Callable[[Checkout], Sample], side: Checkout) -> float:
    return SIZE_MIB / act(side).wall_s


def memory_rows(ours: Checkout, theirs: Checkout) -> Iterator[str]:
    peaks = [side.peak_mib for side in (ours, theirs)]
    shown = [f"{peak:.0f} MiB" for peak in peaks]
    yield _row("the mock's peak memory after all of this", shown, peaks[0] / peaks[1])


def _pair_row(what: str, pairs: list[tuple[float, float]], form: str) -> str:
    mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    return _row(what, [form.format(mine), form.format(other)], ratio)


def _row(what: str, values: list[str], ratio: float) -> str:
    return f"| {what} | {' | '.join(values)} | **{ratio:.2f}** |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.checkouts", description=__doc__)
    parser.add_argument("other", type=Path, metavar="BIN")
    arguments = parser.parse_args()
    print(HEAD)
    with (
        tempfile.TemporaryDirectory() as cache,
        serve(Path(program("mockserver")).parent) as ours,
        serve(arguments.other.resolve()) as theirs,
    ):
        os.environ["XDG_CACHE_HOME"] = cache
        for rows in (command_rows, start_rows, rate_rows, transfer_rows, memory_rows):
            for row in rows(ours, theirs):
                print(row, flush=True)


if __name__ == "__main__":
    main()
