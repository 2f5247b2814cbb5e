"""Many clients that are slow or silent hold up no other."""

from __future__ import annotations

import contextlib
import resource
import socket
import statistics
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.cloud import MockCloud
from mockserver.doors import listener
from mockserver.doors.listener import RESERVED_FILES
from tests.mock.support.identity_calls import sign_in
from tests.mock.support.serving import start
from tests.robustness.sizes import size

TIMEOUT_S = 60


def connect(cloud: Any) -> socket.socket:
    url = urlsplit(cloud.image_url)
    return socket.create_connection((url.hostname, url.port), TIMEOUT_S)


def crowd(
    stack: contextlib.ExitStack, cloud: Any, count: int, sent: bytes = b""
) -> list[socket.socket]:
    """Open connections and send the same on each; they stay open with the stack."""
    made = [stack.enter_context(connect(cloud)) for _ in range(count)]
    for one in made:
        one.sendall(sent)
    return made


def median_latency_s(cloud: Any) -> float:
    taken = []
    with requests.Session() as session:
        for _ in range(30):
            began_s = time.perf_counter()
            body = {"auth": {"identity": {"methods": []}}}
            session.post(f"{cloud.identity_url}/v3/auth/tokens", json=body)
            taken.append(time.perf_counter() - began_s)
    return statistics.median(taken)


@contextlib.contextmanager
def as_many_files_as_allowed() -> Iterator[int]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.fault(25)
def test_a_crowd_of_idle_connections_delays_no_request(cases: Any) -> None:
    with (
        as_many_files_as_allowed() as most,
        start("--port", "0") as (_, ready),  # it may open as many files as this process
        contextlib.ExitStack() as stack,
    ):
        cloud = SimpleNamespace(**ready)
        count = min(size(500, 10_000), most - RESERVED_FILES)
        alone_s = median_latency_s(cloud)
        crowd(stack, cloud, count // 2)
        crowd(stack, cloud, count - count // 2, b"POST /identity/v3/auth")
        among_s = median_latency_s(cloud)
    assert among_s < 5 * alone_s + 0.02
    cases(count)


@pytest.mark.fault(25)
def test_slow_bodies_have_threads_of_their_own(cloud: MockCloud, cases: Any) -> None:
    token = sign_in(cloud).headers["X-Subject-Token"]
    count = size(30, 300)
    head = "POST /{} HTTP/1.1\r\nX-Auth-Token: {}\r\nContent-Length: 99\r\n\r\n"
    with contextlib.ExitStack() as stack:
        for path in ("identity/v3/regions", "image/v2/images"):
            slow = crowd(stack, cloud, count, head.format(path, token).encode())
            for one in slow:
                one.sendall(b"{")
        assert sign_in(cloud).status_code == 201
    cases(2 * count)


@pytest.mark.fault(25)
def test_a_head_that_is_never_finished_is_closed(
    cloud: MockCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "HEAD_TIMEOUT_S", 0)
    monkeypatch.setattr(listener, "EXPIRY_INTERVAL_S", 0)
    with connect(cloud) as half:
        half.sendall(b"POST /identity/v3/auth/tokens HTTP/1.1\r\n")
        assert half.recv(1) == b""


@pytest.mark.fault(25)
def test_the_oldest_idle_connection_makes_room(
    cloud: MockCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    [served] = cloud._server._listeners  # type: ignore[union-attr]
    monkeypatch.setattr(served._connections, "_most", 5)
    with contextlib.ExitStack() as stack:
        idle = crowd(stack, cloud, 20)
        assert sign_in(cloud).status_code == 201
        assert idle[0].recv(1) == b""


@pytest.mark.fault(28)
def test_a_port_can_be_taken_again_at_once() -> None:
    cloud = MockCloud()
    cloud.listen()
    port = urlsplit(cloud.image_url).port or 0
    with requests.Session() as session:
        session.get(f"{cloud.identity_url}/v3")
        cloud.close()
    with contextlib.closing(MockCloud()) as again:
        again.listen(ports=(port,))
        assert requests.get(f"{again.identity_url}/v3").status_code == 200
