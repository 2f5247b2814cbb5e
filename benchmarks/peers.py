"""The mock and the real services, asked alike; the real ones filled by hand."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.load import Request

REAL_SERVICES = Path(__file__).parent.parent / "tests/contract/support/real_services.py"
START_TIMEOUT_S = 180


@dataclass(frozen=True)
class Peer:
    """A cloud that is served, and a token of its administrator's."""

    name: str
    identity_url: str
    image_url: str
    pid: int
    password: str
    token: str

    @classmethod
    def of(cls, name: str, described: Mapping[str, Any]) -> Peer:
        urls = (described["identity_url"], described["image_url"])
        password = described["password"]
        wanted = urllib.request.Request(
            f"{urls[0]}/v3/auth/tokens",
            json.dumps(_credentials(password)).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(wanted) as answer:
            token = answer.headers["X-Subject-Token"]
        return cls(name, *urls, described["pid"], password, token)

    def sign_in(self) -> Request:
        url = f"{self.identity_url}/v3/auth/tokens"
        return Request.build("POST", url, body=_credentials(self.password))

    def image_get(self, path: str) -> Request:
        headers = {"X-Auth-Token": self.token}
        return Request.build("GET", f"{self.image_url}/v2/{path}", headers)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask the image service, and return the JSON it answers."""
        wanted = urllib.request.Request(
            f"{self.image_url}/v2/{path}",
            None if body is None else json.dumps(body).encode(),
            {"X-Auth-Token": self.token, "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(wanted) as answer:
            return json.loads(answer.read() or "null")

    def image_ids(self) -> list[str]:
        return [one["id"] for one in self.ask("GET", "images?limit=1000")["images"]]


def _credentials(password: str) -> dict[str, Any]:
    domain = {"name": "Default"}
    user = {"name": "admin", "password": password, "domain": domain}
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"name": "admin", "domain": domain}}
    return {"auth": {"identity": identity, "scope": scope}}


@contextlib.contextmanager
def serve_real(venv: Path, count: int) -> Iterator[Peer]:
    """Serve a real Keystone and Glance with ``count`` queued images."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        command = [sys.executable, str(REAL_SERVICES), "--venv", str(venv)]
        command += ["--one-process"]
        command += ["--dir", f"{folder}/cloud", "--ready-file", str(ready)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as services:
            try:
                peer = Peer.of("real", _await(ready))
                _fill(peer, Path(folder, "cloud/glance.db"), count)
                yield peer
            finally:
                services.terminate()


def _await(ready: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not ready.exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the real services do not start")
        time.sleep(0.1)
    described: dict[str, Any] = json.loads(ready.read_text())
    return described


def _fill(peer: Peer, database: Path, count: int) -> None:
    """Copy a record that the service wrote itself: the API takes minutes for them."""
    first = peer.ask("POST", "images", {"name": "image-000000"})["id"]
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as db:
        names = [row[1] for row in db.execute("PRAGMA table_info(images)")]
        values = ["?" if name in ("id", "name") else f'"{name}"' for name in names]
        assert names.index("id") < names.index("name")
        columns = ", ".join(f'"{name}"' for name in names)
        statement = (
            f"INSERT INTO images ({columns}) SELECT {', '.join(values)}"
            f" FROM images WHERE id = '{first}'"
        )
        rows = [(str(uuid.uuid4()), f"image-{n:06}") for n in range(1, count)]
        db.executemany(statement, rows)
        db.commit()
