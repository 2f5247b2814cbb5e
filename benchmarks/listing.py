"""What a long listing takes, and holds in memory: a page, whatever its length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.clouds import program, serve_images
from benchmarks.harness import median_peak_mib, median_wall_s, run_once

HEAD = """\
| images | program | format | time | peak memory |
|---|---|---|---|---|"""
RUNS = {"imagectl": 3, "openstack": 1}
"""`openstack` asks for 25 images at a time, and takes minutes."""
COUNTS = (1_000, 100_000)
FORMATS = {"imagectl": ("csv", "value", "jsonl"), "openstack": ("csv",)}


def rows(reference: Path) -> Iterator[str]:
    programs = {
        "imagectl": program("imagectl"),
        "openstack": str(reference / "openstack"),
    }
    for count in COUNTS:
        with serve_images(count) as environ:
            for name, path in programs.items():
                for form in FORMATS[name]:
                    command = [path, "image", "list", "-f", form]
                    found = [run_once(command, environ) for _ in range(RUNS[name])]
                    time, peak = median_wall_s(found), median_peak_mib(found)
                    cells = (f"{count:,}", name, form, f"{time:.2f} s")
                    yield f"| {' | '.join(cells)} | {peak:.0f} MiB |"
