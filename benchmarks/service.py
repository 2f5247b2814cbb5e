"""The mock beside real Glance and Keystone: requests a second, and long listings."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.clouds import program, serve_mock
from benchmarks.load import CONNECTIONS, Request, measure_rate
from benchmarks.peers import Peer, serve_real

STORED = 10_000
ROUNDS = 3
STARTS = 9
RATES_HEAD = """\
| operation | mock | real | ratio | asked for |
|---|---|---|---|---|"""
PAGES_HEAD = """\
| images | first page | page in the middle |
|---|---|---|"""
START_HEAD = """\
| what | median | fastest | asked for |
|---|---|---|---|"""
OPERATIONS: dict[str, Callable[[Peer], list[Request]]] = {
    "`GET /v2/images/{id}`": lambda peer: [
        peer.image_get(f"images/{image_id}") for image_id in peer.image_ids()
    ],
    "`GET /v2/images?limit=25`": lambda peer: [peer.image_get("images?limit=25")],
    "`POST /v3/auth/tokens`": lambda peer: [peer.sign_in()],
}


def rate_rows(venv: Path) -> Iterator[str]:
    with serve_mock(STORED) as described, serve_real(venv, STORED) as real:
        mock = Peer.of("mock", described)
        for name, prepare in OPERATIONS.items():
            ours, theirs = prepare(mock), prepare(real)
            pairs = [(measure_rate(ours), measure_rate(theirs)) for _ in range(ROUNDS)]
            ratio = statistics.median(a / b for a, b in pairs)
            rates = [statistics.median(rates) for rates in zip(*pairs, strict=True)]
            cells = (name, f"{rates[0]:,.0f}/s", f"{rates[1]:,.0f}/s")
            yield f"| {' | '.join(cells)} | **{ratio:.1f}** | 10 |"


def page_rows() -> Iterator[str]:
    for count in (1_000, 10_000, 100_000):
        with serve_mock(count) as described:
            mock = Peer.of("mock", described)
            first = _page_ms(mock, "images?limit=25")
            middle = _page_ms(mock, f"images?limit=25&marker={_middle_of(mock, count)}")
            yield f"| {count:,} | {first:.2f} ms | {middle:.2f} ms |"


def _page_ms(mock: Peer, path: str) -> float:
    """Return the server's time for a page while it answers nothing else."""
    return 1000 / measure_rate([mock.image_get(path)])


def _middle_of(mock: Peer, count: int) -> str:
    marker = ""
    for _ in range(max(1, count // 2000)):
        page = mock.ask("GET", f"images?limit=1000{marker}")["images"]
        marker = f"&marker={page[-1]['id']}"
    return str(page[-1]["id"])


def start_rows() -> Iterator[str]:
    waits = sorted(time_start(program("mockserver")) for _ in range(STARTS))
    cells = (f"{statistics.median(waits):.2f} s", f"{waits[0]:.2f} s")
    title = "from process start to the line that says ready"
    yield f"| {title} | {' | '.join(cells)} | 0.4 s |"


def time_start(mockserver: str) -> float:
    """Return the seconds from a server's start to the line that says it is ready."""
    command = [mockserver, "serve", "--port", "0"]
    began_s = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout
        server.stdout.readline()
        waited_s = time.perf_counter() - began_s
        server.terminate()
    return waited_s


GENERATOR = (
    f"{CONNECTIONS} connections are kept alive, with one request under way on each: the"
    " benchmark's own\nprocess sends prepared bytes and waits on all sockets at once"
    " (`benchmarks/load.py`)"
)
