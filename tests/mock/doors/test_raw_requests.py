"""Bytes on a connection that are no proper request: refused as the real services do."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import sign_in
from tests.robustness.sizes import size

TIMEOUT_S = 30
OCTETS = {"Content-Type": "application/octet-stream"}
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def cloud() -> Iterator[MockCloud]:
    with MockCloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def token(cloud: MockCloud) -> str:
    return sign_in(cloud).headers["X-Subject-Token"]


def exchange(cloud: MockCloud, sent: bytes) -> bytes:
    """Send bytes and the end of the stream; return all that comes back."""
    url = urlsplit(cloud.image_url)
    with socket.create_connection((url.hostname, url.port), TIMEOUT_S) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while piece := connection.recv(1 << 16):
                received += piece
        except ConnectionResetError:
            pass
    return received


def status_of(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


def head(*lines: str, first: str = "GET /identity/v3 HTTP/1.1") -> bytes:
    return "\r\n".join([first, "Host: mock", *lines, "", ""]).encode("latin-1")


HEADS = {
    "lower case": (head(first="get /identity/v3 HTTP/1.1"), 400),
    "no version": (head(first="GET /identity/v3"), 400),
    "two": (head(first="GET /identity/v3 HTTP/2.0"), 400),
    "signed version": (head(first="GET /identity/v3 HTTP/+1.1"), 400),
    "no path": (head(first="GET identity/v3 HTTP/1.1"), 400),
    "raw bytes in the path": (head(first="GET /identity/\xff HTTP/1.1"), 400),
    "long line": (head(first=f"GET /{'a' * 5000} HTTP/1.1"), 414),
    "two slashes": (head(first="GET //identity/v3 HTTP/1.1"), 404),
    "bad address": (head(first="GET //[::1/v3 HTTP/1.1"), 404),
    "whole address": (head(first="GET http://x/identity/v3 HTTP/1.1"), 200),
    "fragment": (head(first="GET /identity/v3#x HTTP/1.1"), 200),
    "line feeds": (b"GET /identity/v3 HTTP/1.1\nHost: mock\n\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    "no colon": (head("nothing"), 400),
    "blank in a name": (head("Name : value"), 400),
    "no name": (head(": value"), 400),
    "NUL": (head("Name: a\0b"), 400),
    "carriage return": (head("Name: a\rb"), 400),
    "folded": (head("Name: a", " b"), 400),
    "name beyond ASCII": (head("N\xe9me: a"), 400),
    "two hosts": (head("Host: other"), 400),
    "many fields": (head(*(f"Name-{n}: x" for n in range(120))), 431),
    "long field": (head(f"Name: {'x' * 9000}"), 431),
    "length below zero": (head("Content-Length: -1"), 400),
    "signed length": (head("Content-Length: +5"), 400),
    "length with a prefix": (head("Content-Length: 0x5"), 400),
    "length with a line": (head("Content-Length: 1_0"), 400),
    "length of digits elsewhere": (head("Content-Length: \xb2"), 400),
    "overflowing length": (head(f"Content-Length: {'9' * 30}"), 400),
    "no length": (head("Content-Length: "), 400),
    "two lengths": (head("Content-Length: 0", "Content-Length: 0"), 400),
    "a list of lengths": (head("Content-Length: 0, 0"), 400),
    "length and chunks": (head("Content-Length: 5", CHUNKED), 400),
    "unknown coding": (head("Transfer-Encoding: xchunked"), 501),
    "coding after a control character": (head("Transfer-Encoding: \vchunked"), 501),
    "coding without chunks": (head("Transfer-Encoding: gzip"), 400),
    "chunks not last": (head("Transfer-Encoding: chunked, gzip"), 400),
    "chunked twice": (head(CHUNKED, CHUNKED), 400),
    "chunks in HTTP/1.0": (head(CHUNKED, first="GET /identity/v3 HTTP/1.0"), 400),
    "expectation": (head("Expect: miracles"), 417),
    "underscores": (head("Content_Length: 5"), 200),
}


@pytest.mark.fault(25)
@pytest.mark.parametrize(("sent", "status"), HEADS.values(), ids=HEADS)
def test_a_bad_head_is_refused(cloud: MockCloud, sent: bytes, status: int) -> None:
    received = exchange(
        cloud, sent.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    )
    assert status_of(received) == status


CHUNKS = {
    "below zero": b"-5\r\nhello\r\n0\r\n\r\n",
    "signed": b"+5\r\nhello\r\n0\r\n\r\n",
    "prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
    "line": b"1_0\r\nhello67890123456\r\n0\r\n\r\n",
    "blank before": b" 5\r\nhello\r\n0\r\n\r\n",
    "blank after": b"5 \r\nhello\r\n0\r\n\r\n",
    "no size": b"\r\nhello\r\n0\r\n\r\n",
    "no digits": b"zz\r\nhello\r\n0\r\n\r\n",
    "overflow": b"f" * 80 + b"\r\nhello\r\n0\r\n\r\n",
    "huge": b"7fffffffffffffff\r\nhello",
    "cut in the data": b"5\r\nhel",
    "cut after the data": b"5\r\nhello",
    "cut before the end": b"5\r\nhello\r\n",
    "cut in the end": b"5\r\nhello\r\n0",
    "cut in the trailer": b"5\r\nhello\r\n0\r\n",
    "minus nothing": b"5\r\nhello\r\n-0\r\n\r\n",
    "bad trailer": b"5\r\nhello\r\n0\r\nnothing\r\n\r\n",
    "long extension": b"5;" + b"a" * 9000 + b"\r\nhello\r\n0\r\n\r\n",
    "longer": b"3\r\nhello\r\n0\r\n\r\n",
    "shorter": b"9\r\nhello\r\n0\r\n\r\n",
    "line feeds": b"5\nhello\n0\n\n",
    "nothing": b"",
}


@pytest.mark.fault(25)
def test_a_broken_upload_never_makes_an_image_active(
    cloud: MockCloud, token: str, cases: Any
) -> None:
    sent = {name: (CHUNKED, body) for name, body in CHUNKS.items()}
    sent["cut"] = "Content-Length: 9", b"hello"
    sent["cut, with a size"] = (
        "Content-Length: 9\r\nX-OpenStack-Image-Size: 5",
        b"hello",
    )
    sent["endless"] = "Content-Length: 999999999999", b"hello"
    for name, (framing, body) in sent.items():
        image_id = create(cloud, token)
        received = exchange(cloud, upload(image_id, token, framing) + body)
        assert status_of(received) == 500, name  # as real Glance answers
        assert show(cloud, token, image_id)["status"] == "queued", name
    cases(len(sent))


def create(cloud: MockCloud, token: str) -> str:
    image = {"name": "x", "disk_format": "raw", "container_format": "bare"}
    answer = requests.post(
        f"{cloud.image_url}/v2/images", json=image, headers={"X-Auth-Token": token}
    )
    return str(answer.json()["id"])


def show(cloud: MockCloud, token: str, image_id: str) -> Any:
    url = f"{cloud.image_url}/v2/images/{image_id}"
    return requests.get(url, headers={"X-Auth-Token": token}).json()


def upload(image_id: str, token: str, *lines: str) -> bytes:
    own = (f"X-Auth-Token: {token}", "Content-Type: application/octet-stream")
    first = f"PUT /image/v2/images/{image_id}/file HTTP/1.1"
    return head(*own, *lines, first=first)


@pytest.mark.fault(25)
@pytest.mark.parametrize(
    "body",
    [
        b"5;name=value\r\nhello\r\n0\r\n\r\n",
        b"0005\r\nhello\r\n000\r\n\r\n",
        b"2\r\nhe\r\n3\r\nllo\r\n0\r\nName: value\r\n\r\n",
    ],
)
def test_chunks_that_are_right_are_taken(
    cloud: MockCloud, token: str, body: bytes
) -> None:
    image_id = create(cloud, token)
    next_one = head("Connection: close")
    received = exchange(cloud, upload(image_id, token, CHUNKED) + body + next_one)
    assert [int(one[:3]) for one in received.split(b"HTTP/1.1 ")[1:]] == [204, 200]
    assert show(cloud, token, image_id)["size"] == 5


@pytest.mark.fault(25)
def test_random_bytes_are_answered_or_closed(cloud: MockCloud, cases: Any) -> None:
    chance, count = random.Random(25), size(100, 2_000)
    whole = (
        head(CHUNKED, first="POST /identity/v3/auth/tokens HTTP/1.1")
        + b"2\r\n{}\r\n0\r\n\r\n"
    )
    for _ in range(count):
        sent = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(sent))
            piece = chance.choice(
                [b"", b"\r\n", b"\0", b"-", b" ", chance.randbytes(3)]
            )
            sent[place : place + chance.randint(0, 3)] = piece
        received = exchange(cloud, bytes(sent))
        assert not received or status_of(received) < 500 or b" 501 " in received, sent
    cases(count)


@pytest.mark.fault(25)
@pytest.mark.parametrize(
    "host", ["[::1", "a:b", "a:", "x" * 300, "a b", "\xff", "a:-1"]
)
def test_a_bad_host_makes_no_service_crash(cloud: MockCloud, host: str) -> None:
    for path in ("/_mock/clock", "/identity/v3", "/identity/v3/users", "/image/"):
        sent = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        assert status_of(exchange(cloud, sent.encode("latin-1"))) < 500


BODIES = {
    "half a pair": b'{"region": {"description": "\\ud800"}, "name": "\\udfff"}',
    "half a pair in a name": b'{"region": {"\\ud800": "x"}, "\\ud800": "x"}',
    "deep arrays": b"[" * 50_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "not UTF-8": b'{"region": {"description": "\xff"}, "name": "\xff"}',
    "no number": b'{"region": {"description": NaN}, "min_disk": NaN}',
    "endless number": b'{"region": {"description": 1e999}, "min_disk": 1e999}',
    "long number": b'{"min_disk": 1, "region": {"description": ' + b"9" * 5000 + b"}}",
    "cut": b'{"region"',
}  # fmt: skip


@pytest.mark.fault(25)
@pytest.mark.parametrize("path", ["identity/v3/regions", "image/v2/images"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_json_that_cannot_be_stored_is_refused(
    cloud: MockCloud, token: str, path: str, body: bytes
) -> None:
    url = cloud.image_url.removesuffix("image") + path
    headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
    answer = requests.post(url, data=body, headers=headers)
    assert answer.status_code == 400
    seeded = requests.post(url.replace(path, "_mock/seed"), data=body)
    assert seeded.status_code == 400


@pytest.mark.fault(25)
def test_keystone_takes_bodies_up_to_its_limit(cloud: MockCloud, token: str) -> None:
    headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
    empty = b'{"region": {"x": ""}}'
    url = f"{cloud.identity_url}/v3/regions"
    for length, status in ((114_688, 201), (114_689, 413), (1 << 20, 413)):
        body = empty.replace(b'""', b'"%s"' % (b"a" * (length - len(empty))))
        for data in (body, iter([body])):
            assert requests.post(url, data=data, headers=headers).status_code == status
