"""Image data up and down: beside real Glance, the digests, and nginx."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import nginx
from benchmarks.clouds import serve_mock
from benchmarks.peers import Peer, serve_real

SIZE_BYTES = 1 << 30
BLOCK = os.urandom(1 << 20)
ROUNDS = 3
HEAD = """\
| what | rate | beside it | ratio | asked for |
|---|---|---|---|---|"""


def rows(venv: Path) -> Iterator[str]:
    with serve_mock(0) as described:
        mock = Peer.of("mock", described)
        with serve_real(venv, 1) as real:
            yield from _upload_rows(mock, real)
        yield _memory_row(mock.pid)
        yield from _download_rows(mock)


def _upload_rows(mock: Peer, real: Peer) -> Iterator[str]:
    found = [(_upload(mock), _upload(real), _slower_digest()) for _ in range(ROUNDS)]
    ours, theirs, digest = (statistics.median(one) for one in zip(*found, strict=True))
    beside_real = statistics.median(a / b for a, b, _ in found)
    beside_digest = statistics.median(a / c for a, _, c in found)
    shown = f"upload of 1 GiB | {ours:.0f} MiB/s"
    yield f"| {shown} | real Glance: {theirs:.0f} MiB/s | **{beside_real:.1f}** | 2 |"
    hashed = f"the slower digest on one core: {digest:.0f} MiB/s"
    yield f"| {shown} | {hashed} | **{beside_digest:.2f}** | 0.6 |"


def _upload(peer: Peer) -> float:
    """Send 1 GiB as an image's data, drop it, and return MiB a second."""
    image_id = _create(peer)
    began_s = time.perf_counter()
    _send(peer, image_id)
    rate = (SIZE_BYTES >> 20) / (time.perf_counter() - began_s)
    peer.ask("DELETE", f"images/{image_id}")
    return rate


def _create(peer: Peer) -> str:
    formats = {"disk_format": "raw", "container_format": "bare"}
    return str(peer.ask("POST", "images", {"name": "large", **formats})["id"])


def _send(peer: Peer, image_id: str) -> None:
    url = urlsplit(peer.image_url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port)
    connection.putrequest("PUT", f"{url.path}/v2/images/{image_id}/file")
    connection.putheader("X-Auth-Token", peer.token)
    connection.putheader("Content-Type", "application/octet-stream")
    connection.putheader("Content-Length", str(SIZE_BYTES))
    connection.endheaders()
    for _ in range(SIZE_BYTES // len(BLOCK)):
        connection.send(BLOCK)
    answer = connection.getresponse()
    if answer.status != http.client.NO_CONTENT:
        raise RuntimeError(f"upload to {peer.name}: {answer.status}")
    connection.close()


def _slower_digest() -> float:
    return min(digest_rate(name) for name in ("md5", "sha512"))


def digest_rate(name: str) -> float:
    """Return the MiB that one core hashes in a second."""
    digest = hashlib.new(name, usedforsecurity=False)
    began_s = time.perf_counter()
    for _ in range(256):
        digest.update(BLOCK)
    return 256 * len(BLOCK) / (time.perf_counter() - began_s) / (1 << 20)


def _memory_row(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    peak_kib = int(status.partition("VmHWM:")[2].split()[0])
    peak = f"{peak_kib / 1024:.0f} MiB"
    return f"| peak memory of the mock after those uploads | {peak} | | | < 100 MiB |"


def _download_rows(mock: Peer) -> Iterator[str]:
    image_id = _create(mock)
    _send(mock, image_id)
    url = f"{mock.image_url}/v2/images/{image_id}/file"
    headers = ["-H", f"X-Auth-Token: {mock.token}"]
    if shutil.which("nginx") is None:
        rate = statistics.median(_curl(url, *headers) for _ in range(ROUNDS))
        shown = f"{rate:.0f} MiB/s | nginx is not installed"
        yield f"| download of 1 GiB with curl | {shown} | | 0.5 |"
        return
    with _serve_nginx() as peer_url:
        _curl(url, *headers)
        pairs = [(_curl(url, *headers), _curl(peer_url)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(one) for one in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    shown = f"{ours:.0f} MiB/s | nginx: {theirs:.0f} MiB/s"
    yield f"| download of 1 GiB with curl | {shown} | **{ratio:.2f}** | 0.5 |"


def _curl(url: str, *options: str) -> float:
    command = ["curl", "--silent", "--fail", "--output", os.devnull, *options]
    command += ["--write-out", "%{speed_download}", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout) / (1 << 20)


@contextlib.contextmanager
def _serve_nginx() -> Iterator[str]:
    """Serve 1 GiB with nginx; yield its URL."""
    with tempfile.TemporaryDirectory() as folder:
        with Path(folder, "data").open("wb") as file:
            for _ in range(SIZE_BYTES // len(BLOCK)):
                file.write(BLOCK)
        with nginx.serve(Path(folder)) as url:
            yield f"{url}/data"
