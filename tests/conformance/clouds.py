"""The two clouds that Tempest runs against, and the web server they import from."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance.settings import (
    LOCKOUT_ATTEMPTS,
    LOCKOUT_DURATION_S,
    REMEMBERED_PASSWORDS,
    REMOTE_SERVICE_TYPE,
)

SUPPORT = Path(__file__).parents[1] / "contract" / "support"
START_TIMEOUT_S = 180
IMAGE_SIZE_BYTES = 1 << 20
CLUSTER_SIZE_BYTES = 1 << 16
MOCK_OPTIONS = (
    "--metadefs=samples",  # Tempest takes the first resource type there is
    "--allow-web-download=127.0.0.1",
    "--no-require-image-format-match",
    f"--lockout-failure-attempts={LOCKOUT_ATTEMPTS}",
    f"--lockout-duration-s={LOCKOUT_DURATION_S}",
    f"--unique-last-password-count={REMEMBERED_PASSWORDS}",
)


@contextlib.contextmanager
def serve(command: list[str]) -> Iterator[dict[str, Any]]:
    """Run a command that takes --ready-file, and yield what it writes there."""
    with tempfile.TemporaryDirectory() as directory:
        ready_file = Path(directory, "cloud.json")
        log = Path(directory, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--ready-file", str(ready_file)],
                stdout=output,
                stderr=output,
            )
        try:
            yield wait_until_ready(process, ready_file, log)
        finally:
            process.terminate()
            process.wait()


def wait_until_ready(
    process: subprocess.Popen[bytes], ready_file: Path, log: Path
) -> dict[str, Any]:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        if ready_file.exists() and (text := ready_file.read_text()):
            return dict(json.loads(text))
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} did not start:\n{log.read_text()}")


@contextlib.contextmanager
def serve_real(venv: Path) -> Iterator[dict[str, Any]]:
    script = str(SUPPORT / "real_services.py")
    with serve([sys.executable, script, "--venv", str(venv), "--for-tempest"]) as cloud:
        yield cloud


@contextlib.contextmanager
def serve_mock(venv: Path) -> Iterator[dict[str, Any]]:
    """Serve the mock, with the metadata definitions that Glance ships."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
    definitions = f"--metadefs={venv / 'etc' / 'glance' / 'metadefs'}"
    with serve([*command, *MOCK_OPTIONS, definitions]) as cloud:
        register_remote(cloud)
        yield cloud


def register_remote(cloud: dict[str, Any]) -> None:
    """Register the mock's image service a second time, as its own second worker."""
    sys.path.insert(0, str(SUPPORT))
    from real_registration import Identity, IdentityApi, register_image_service

    identity = Identity(cloud["identity_url"], cloud["password"])
    api = IdentityApi(identity)
    register_image_service(api, identity, cloud["image_url"], REMOTE_SERVICE_TYPE)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def serve_images() -> Iterator[str]:
    """Serve a raw and a qcow2 image on loopback; yields the URL of their folder."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "image.raw").write_bytes(bytes(range(256)) * 4096)
        Path(directory, "image.qcow2").write_bytes(make_qcow2())
        handler = functools.partial(QuietHandler, directory=directory)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()


def make_qcow2() -> bytes:
    """An empty qcow2 image: header, refcount table and first-level table."""
    image = (2, 0, 0, 16, IMAGE_SIZE_BYTES, 0, 1)
    tables = (3 * CLUSTER_SIZE_BYTES, CLUSTER_SIZE_BYTES, 1, 0, 0)
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", *image, *tables)
    refcounts = struct.pack(">Q", 2 * CLUSTER_SIZE_BYTES)
    clusters = [header, refcounts, b"", b""]
    return b"".join(part.ljust(CLUSTER_SIZE_BYTES, b"\0") for part in clusters)
