"""Mock clouds to measure against, each a process of its own with images in it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mockserver.cli.environment import variables_of


def program(name: str) -> str:
    """Return the path of one of our programs, as installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


@contextlib.contextmanager
def serve_images(count: int) -> Iterator[Mapping[str, str]]:
    """Serve a cloud of ``count`` queued images; yield its ``OS_*`` variables."""
    with serve_mock(count) as described:
        yield variables_of(described)


@contextlib.contextmanager
def serve_mock(
    count: int, mockserver: str | None = None
) -> Iterator[Mapping[str, Any]]:
    """Serve a cloud of ``count`` queued images; yield what it says when it is ready.

    ``mockserver`` is the program that serves it, if it is not this checkout's.
    """
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder, "seed.json")
        write_seed(seed, count)
        command = [mockserver or program("mockserver"), "serve", "--port", "0"]
        command += ["--seed", str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
            assert server.stdout
            try:
                yield json.loads(server.stdout.readline())
            finally:
                server.terminate()


def write_seed(path: Path, count: int) -> None:
    """Write a seed piece by piece: a child's peak memory starts at its parent's."""
    with path.open("w") as file:
        file.write('{"images": [')
        for number in range(count):
            comma = "," if number else ""
            file.write(f'{comma}{{"name": "image-{number:06}"}}')
        file.write("]}")
