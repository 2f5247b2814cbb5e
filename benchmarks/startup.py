"""What a short command costs beside `openstack`, and beside its requests by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import bare
from benchmarks.clouds import program, serve_mock
from benchmarks.harness import Comparison, compare, median_peak_mib, median_wall_s
from benchmarks.peers import Peer
from mockserver.cli.environment import variables_of

HEAD = """\
| what | imagectl | openstack | ratio | by hand | ratio | memory | openstack | ratio |
|---|---|---|---|---|---|---|---|---|"""
LISTING = "/v2/images?limit=1000"


class Beside(NamedTuple):
    """A command beside `openstack`'s and, where it asks anything, the bare script."""

    openstack: Comparison
    bare: Comparison | None


def measure(reference: Path) -> Iterator[Beside]:
    versus = Versus(reference)
    with serve_mock(20) as described:
        environ = environ_of(described)
        fresh = {key: v for key, v in environ.items() if key != "BARE_TOKEN"}
        yield versus.run("--version", [], environ)
        yield versus.run("--help", [], environ)
        yield versus.run("image list", [LISTING], environ, note=", token cached")
        yield versus.run(
            "image list", [LISTING], fresh, "--no-token-cache", note=", no cache"
        )
        yield versus.run("user list", ["/v3/users"], environ)
        found = ["/v2/images?name=image-000001"]
        yield versus.run("image show image-000001", found, environ)
    with serve_mock(2000) as described:
        paths = [LISTING, LISTING]
        environ = environ_of(described)
        yield versus.run("image list", paths, environ, note=", 2,000 images", runs=5)


def environ_of(described: Mapping[str, Any]) -> dict[str, str]:
    """Return the ``OS_*`` variables of a cloud, and what the bare script takes."""
    return {
        **variables_of(described),
        "BARE_IMAGE_URL": described["image_url"],
        "BARE_TOKEN": Peer.of("mock", described).token,
    }


class Versus:
    """Runs our commands beside those of one reference environment."""

    def __init__(self, reference: Path) -> None:
        self._openstack = str(reference / "openstack")
        self._bare = [sys.executable, bare.__file__]

    def run(
        self,
        command: str,
        paths: list[str],
        environ: Mapping[str, str],
        *options: str,
        note: str = "",
        runs: int = 9,
    ) -> Beside:
        words, title = command.split(), f"`{command}`{note}"
        ours = [program("imagectl"), *options, *words]
        theirs = [self._openstack, *words]
        by_hand = [*self._bare, *paths]
        return Beside(
            compare(title, ours, theirs, environ, runs=runs),
            compare(title, ours, by_hand, environ, runs=runs) if paths else None,
        )


def row(found: Beside) -> str:
    openstack, by_hand = found
    cells = (
        openstack.title,
        f"{median_wall_s(openstack.ours):.3f} s",
        f"{median_wall_s(openstack.theirs):.3f} s",
        f"**{openstack.wall_ratio:.2f}**",
        f"{median_wall_s(by_hand.theirs):.3f} s" if by_hand else "",
        f"**{by_hand.wall_ratio:.2f}**" if by_hand else "",
        f"{median_peak_mib(openstack.ours):.0f} MiB",
        f"{median_peak_mib(openstack.theirs):.0f} MiB",
        f"**{openstack.peak_ratio:.2f}**",
    )
    return f"| {' | '.join(cells)} |"
