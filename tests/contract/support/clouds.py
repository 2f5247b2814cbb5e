"""The doors of a contract test: ``tcp``, ``inprocess`` and ``real``."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETTINGS = {"allow_web_download": ["127.0.0.1"]}
"""What ``real_settings.py`` tells Glance too: tests serve images on loopback."""
READY_FILE_VARIABLE = "IMAGECTL_REAL_CLOUD"


@dataclass(frozen=True)
class Cloud:
    """Where a cloud is and who its administrator is; URLs end without a slash."""

    door: str
    identity_url: str
    image_url: str
    username: str
    password: str
    project_name: str
    region_name: str


def describe(door: str, source: Any) -> Cloud:
    return Cloud(
        door,
        source.identity_url,
        source.image_url,
        source.username,
        source.password,
        source.project_name,
        source.region_name,
    )


@contextlib.contextmanager
def open_tcp() -> Iterator[Cloud]:
    from mockserver.cloud import MockCloud

    with MockCloud(**SETTINGS) as cloud:
        yield describe("tcp", cloud)


@contextlib.contextmanager
def open_inprocess() -> Iterator[Cloud]:
    from mockserver.cloud import MockCloud

    with MockCloud(**SETTINGS).in_process() as cloud:
        yield describe("inprocess", cloud)


def read_ready_file() -> dict[str, Any]:
    """Return what real_services.py wrote; KeyError if no real cloud was named."""
    return dict(json.loads(Path(os.environ[READY_FILE_VARIABLE]).read_text()))


@contextlib.contextmanager
def open_real() -> Iterator[Cloud]:
    ready = read_ready_file()
    names = Cloud.__dataclass_fields__.keys() - {"door"}
    yield Cloud(door="real", **{name: ready[name] for name in names})


DOORS = {"tcp": open_tcp, "inprocess": open_inprocess, "real": open_real}
