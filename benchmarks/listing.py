"""What a long listing holds in memory: a page, whatever its length."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.clouds import program, serve_images
from benchmarks.harness import median_peak_mib, median_wall_s, run_once

HEAD = """\
| images | format | time | peak memory |
|---|---|---|---|"""
RUNS = 3


def rows() -> Iterator[str]:
    for count in (1_000, 100_000):
        with serve_images(count) as environ:
            for form in ("csv", "value", "jsonl"):
                command = [program("imagectl"), "image", "list", "-f", form]
                found = [run_once(command, environ) for _ in range(RUNS)]
                time, peak = median_wall_s(found), median_peak_mib(found)
                yield f"| {count:,} | {form} | {time:.2f} s | {peak:.0f} MiB |"
