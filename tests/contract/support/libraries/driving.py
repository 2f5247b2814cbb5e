"""Run a library's script against a cloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.contract.support.clouds import Cloud
from tests.contract.support.elsewhere import serve_elsewhere
from tests.contract.support.recorded import RECORDED

HERE = Path(__file__).parent
LIBRARIES = ("glanceclient", "openstacksdk")
BIN_VARIABLE = "IMAGECTL_REFERENCE_BIN"


def find_python() -> str | None:
    """Return the Python that has the libraries, if IMAGECTL_REFERENCE_BIN has one."""
    folder = os.environ.get(BIN_VARIABLE)
    return shutil.which("python", path=folder) if folder else None


def drive(python: str, library: str, cloud: Cloud) -> dict[str, Any]:
    """Return what the library saw, by part; AssertionError where a part failed."""
    script = HERE / f"drive_{library}.py"
    with serve_elsewhere() as elsewhere:
        done = subprocess.run(
            [python, str(script), json.dumps(asdict(cloud)), elsewhere],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    assert not shown["failures"], "\n".join(shown["failures"].values())
    parts: dict[str, Any] = shown["parts"]
    return parts


def path_of(library: str) -> Path:
    """Return the file of what the library saw of the real services."""
    return RECORDED / "libraries" / f"{library}.json"
