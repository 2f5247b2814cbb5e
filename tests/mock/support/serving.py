"""A mock cloud in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOCKSERVER = [sys.executable, "-m", "mockserver"]


@contextlib.contextmanager
def start(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Run a server beside the test; it is killed at the end."""
    line = [*MOCKSERVER, "serve", *map(str, arguments)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()
