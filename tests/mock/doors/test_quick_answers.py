"""Requests answered in the TCP server's own thread do not hold up others."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.blobs.file import FileStore
from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import sign_in

TIMEOUT_S = 20


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud() as cloud:
        yield cloud


def connect(cloud: MockCloud) -> socket.socket:
    url = urlsplit(cloud.image_url)
    return socket.create_connection((url.hostname, url.port), TIMEOUT_S)


def head_of(path: str, *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: mock", *lines, "", ""]).encode()


def receive(connection: socket.socket) -> tuple[str, bytes]:
    """Return the status line and body of one answer."""
    with connection.makefile("rb") as stream:
        status = stream.readline().decode().strip()
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, stream.read(length)


def test_a_listing_that_nobody_reads_holds_up_no_other(cloud: MockCloud) -> None:
    headers = {"X-Auth-Token": sign_in(cloud).headers["X-Subject-Token"]}
    url = f"{cloud.image_url}/v2/images"
    many = {f"property-{number}": "x" * 60_000 for number in range(100)}
    image = {"name": "large", "disk_format": "raw", "container_format": "bare"}
    assert requests.post(url, json=image | many, headers=headers).status_code == 201
    token = f"X-Auth-Token: {headers['X-Auth-Token']}"
    with connect(cloud) as idle:
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
        idle.sendall(head_of("/image/v2/images", token))
        assert requests.get(url, headers=headers, timeout=TIMEOUT_S).ok
        status, body = receive(idle)
    assert status == "HTTP/1.1 200 OK"
    (listed,) = json.loads(body)["images"]
    assert listed.items() >= many.items()


@pytest.mark.fault(25)
def test_slow_data_by_an_encoded_path_holds_up_no_other(
    cloud: MockCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"X-Auth-Token": sign_in(cloud).headers["X-Subject-Token"]}
    url = f"{cloud.image_url}/v2/images"
    image = {"name": "slow", "disk_format": "raw", "container_format": "bare"}
    image_id = requests.post(url, json=image, headers=headers).json()["id"]
    octets = {"Content-Type": "application/octet-stream"}
    requests.put(f"{url}/{image_id}/file", data=b"data", headers=headers | octets)
    read, may_read = FileStore.read, threading.Event()

    def read_later(store: FileStore, *which: Any) -> Iterator[bytes]:
        may_read.wait(TIMEOUT_S)
        return read(store, *which)

    monkeypatch.setattr(FileStore, "read", read_later)
    token = f"X-Auth-Token: {headers['X-Auth-Token']}"
    with connect(cloud) as slow:
        slow.sendall(head_of(f"/image/v2/images/{image_id}/%66ile", token))
        try:
            assert requests.get(url, headers=headers, timeout=TIMEOUT_S / 2).ok
        finally:
            may_read.set()
        assert receive(slow) == ("HTTP/1.1 200 OK", b"data")


def test_requests_sent_at_once_are_answered_in_turn(cloud: MockCloud) -> None:
    with connect(cloud) as connection:
        connection.sendall(head_of("/identity/v3") + head_of("/image/versions"))
        with connection.makefile("rb") as stream:
            received = b""
            while received.count(b"HTTP/1.1 200 OK") < 2:
                line = stream.read1()
                assert line, received
                received += line


@pytest.mark.fault(25)
def test_a_connection_that_says_nothing_holds_up_no_other(cloud: MockCloud) -> None:
    with connect(cloud), connect(cloud) as half:
        half.sendall(b"GET /image/versions HTTP/1.1\r\n")
        assert requests.get(f"{cloud.identity_url}/v3", timeout=TIMEOUT_S).ok
        half.sendall(b"Host: mock\r\n\r\n")
        assert receive(half)[0] == "HTTP/1.1 200 OK"


def test_the_body_of_a_get_is_waited_for(cloud: MockCloud) -> None:
    with connect(cloud) as connection:
        connection.sendall(head_of("/identity/v3", "Content-Length: 2"))
        assert requests.get(f"{cloud.identity_url}/v3", timeout=TIMEOUT_S).ok
        connection.sendall(b"{}")
        assert receive(connection)[0] == "HTTP/1.1 200 OK"


def test_a_connection_that_is_to_end_is_closed(cloud: MockCloud) -> None:
    with connect(cloud) as connection:
        connection.sendall(head_of("/identity/v3"))
        receive(connection)
        connection.sendall(head_of("/identity/v3", "Connection: close"))
        assert receive(connection)[0] == "HTTP/1.1 200 OK"
        assert connection.recv(1) == b""


def test_a_listing_that_stalls_holds_up_no_other(cloud: MockCloud) -> None:
    fault = cloud.faults.add("GET", "/v2/images", stall="request", times=1)
    with connect(cloud) as stalled:
        stalled.sendall(head_of("/image/v2/images"))
        while not fault.hits:
            assert requests.get(f"{cloud.identity_url}/v3", timeout=TIMEOUT_S).ok
        assert requests.get(f"{cloud.identity_url}/v3", timeout=TIMEOUT_S).ok
