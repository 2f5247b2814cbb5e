"""An image from one mock to another, beside an upload of the same bytes to one."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.clouds import program, serve_mock
from benchmarks.harness import (
    Comparison,
    Sample,
    median_peak_mib,
    median_wall_s,
    run_once,
)
from benchmarks.peers import Peer

SIZE_MIB = 1024
RUNS = 5
HEAD = """\
| what | copy | upload | rate ratio | asked for | copy's memory |
|---|---|---|---|---|---|"""


def rows() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_mock(0) as here,
        serve_mock(0) as there,
    ):
        data = Path(folder, "data")
        _fill(data)
        clouds = Path(folder, "clouds.yaml")
        entries = {"here": _entry(here), "there": _entry(there)}
        clouds.write_text(json.dumps({"clouds": entries}))
        environ = {"OS_CLIENT_CONFIG_FILE": str(clouds)}
        yield _row(_compare(Peer.of("there", there), str(data), environ))


def _compare(there: Peer, data: str, environ: Mapping[str, str]) -> Comparison:
    """Copy and upload in turn; what is there already would not be copied again."""
    imagectl = [program("imagectl"), "--os-cloud"]
    create = ["image", "create", "a", "--file", data]
    copy = [*imagectl, "here", "image", "copy", "a", "--to-cloud", "there"]
    run_once([*imagectl, "here", *create], environ)

    def run(command: Sequence[str]) -> Sample:
        sample = run_once(command, environ)
        for image_id in there.image_ids():
            there.ask("DELETE", f"images/{image_id}")
        return sample

    pairs = [(run(copy), run([*imagectl, "there", *create])) for _ in range(1 + RUNS)]
    ours, theirs = zip(*pairs[1:], strict=True)
    return Comparison(f"{SIZE_MIB} MiB of random bytes", ours, theirs)


def _row(found: Comparison) -> str:
    cells = (
        found.title,
        f"{SIZE_MIB / median_wall_s(found.ours):.0f} MiB/s",
        f"{SIZE_MIB / median_wall_s(found.theirs):.0f} MiB/s",
        f"**{1 / found.wall_ratio:.2f}**",
        "0.7",
        f"{median_peak_mib(found.ours):.0f} MiB",
    )
    return f"| {' | '.join(cells)} |"


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(SIZE_MIB):
            file.write(os.urandom(1 << 20))


def _entry(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what clouds.yaml says of a cloud that described itself."""
    auth = {
        key: described[key]
        for key in (
            *("username", "password", "project_name", "user_domain_name"),
            "project_domain_name",
        )
    }
    auth["auth_url"] = f"{described['identity_url']}/v3"
    return {"auth": auth, "region_name": described["region_name"]}
