"""Measure, print a table, and write it where ``--write`` says. See ``make bench``."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path

from benchmarks import startup
from benchmarks.harness import Comparison, median_peak_mib, median_wall_s

PAGE = """\
# Benchmarks

Written by `make bench`; nothing here is typed by hand. Each row pairs `imagectl` with
`openstack` on the same mock cloud in one run, in turn, after a warm-up of each. A time
is the median wall time of the whole process, a memory its median peak resident set;
a ratio is the median of the pairs' ratios, ours divided by theirs.

| what | imagectl | openstack | time ratio | imagectl | openstack | memory ratio |
|---|---|---|---|---|---|---|
{rows}

Asked for: `image list` with a cached token in at most 0.20 of the time and 0.67 of the
memory.

{machine}
"""


def row(found: Comparison) -> str:
    cells = (
        found.title,
        f"{median_wall_s(found.ours):.3f} s",
        f"{median_wall_s(found.theirs):.3f} s",
        f"**{found.wall_ratio:.2f}**",
        f"{median_peak_mib(found.ours):.0f} MiB",
        f"{median_peak_mib(found.theirs):.0f} MiB",
        f"**{found.peak_ratio:.2f}**",
    )
    return f"| {' | '.join(cells)} |"


def describe_machine(reference: Path) -> str:
    version = subprocess.run(
        [reference / "openstack", "--version"], capture_output=True, text=True
    ).stdout.split()[-1]
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"Machine: {os.cpu_count()} cores ({platform.machine()}), {memory_gib:.0f} GiB,"
        f" {platform.system()} {platform.release().split('-')[0]},"
        f" Python {platform.python_version()}, python-openstackclient {version}."
    )


def collect(found: Iterable[Comparison]) -> str:
    lines = []
    for comparison in found:
        lines.append(row(comparison))
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--reference", type=Path, required=True, metavar="BIN")
    parser.add_argument("--write", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows = collect(startup.measure(arguments.reference))
    machine = describe_machine(arguments.reference)
    if arguments.write:
        arguments.write.write_text(PAGE.format(rows=rows, machine=machine))


main()
