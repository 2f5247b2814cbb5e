"""What a short command costs: the start, a listing, a long listing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Comparison, compare
from imagectl.api.client import Cloud
from imagectl.auth.clouds import load_cloud
from imagectl.auth.session import Session
from imagectl.contract.image import IMAGE
from imagectl.shell import Shell

FEW, MANY = 20, 2000


def measure(reference: Path) -> Iterator[Comparison]:
    """Yield the comparisons, against the cloud of the environment's ``OS_*``."""
    imagectl = str(Path(sys.executable).with_name("imagectl"))
    openstack = str(reference / "openstack")
    ours, theirs = [imagectl, "image", "list"], [openstack, "image", "list"]

    yield compare("`--version`", [imagectl, "--version"], [openstack, "--version"])
    register_images(FEW)
    yield compare(f"`image list`, {FEW} images, token cached", ours, theirs)
    yield compare(
        f"`image list`, {FEW} images, `--no-token-cache`",
        [imagectl, "--no-token-cache", "image", "list"],
        theirs,
    )
    register_images(MANY - FEW)
    yield compare(f"`image list`, {MANY} images, token cached", ours, theirs, runs=5)


def register_images(count: int) -> None:
    shell = Shell()
    shell.options = shell.parser.parse_args([])
    client = Cloud(Session(load_cloud(shell.options, os.environ))).image
    for number in range(count):
        client.create(IMAGE, {"name": f"image-{number:04}"})
