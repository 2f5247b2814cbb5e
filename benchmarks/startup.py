"""What a short command costs beside its peer: the start, and a listing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.clouds import program, serve_images
from benchmarks.harness import Comparison, compare, median_peak_mib, median_wall_s

HEAD = """\
| what | imagectl | openstack | time ratio | imagectl | openstack | memory ratio |
|---|---|---|---|---|---|---|"""


def measure(reference: Path) -> Iterator[Comparison]:
    imagectl, openstack = program("imagectl"), str(reference / "openstack")
    cached = [imagectl, "image", "list"]
    fresh = [imagectl, "--no-token-cache", "image", "list"]
    theirs = [openstack, "image", "list"]
    with serve_images(20) as environ:
        yield compare("`--version`", [imagectl, "--version"], [openstack, "--version"])
        yield compare("`image list`, 20 images, token cached", cached, theirs, environ)
        yield compare("`image list`, 20 images, no cache", fresh, theirs, environ)
    with serve_images(2000) as environ:
        title = "`image list`, 2,000 images, token cached"
        yield compare(title, cached, theirs, environ, runs=5)


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
