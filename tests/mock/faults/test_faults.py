"""Fault injection: what each kind of fault does to requests and answers."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.cloud import MockCloud
from mockserver.faults.fault import BadFault
from tests.mock.support.identity_calls import call, sign_in, token_of

DATA = bytes(range(256)) * 4096  # 1 MiB
FILE = "/v2/images/*/file"
LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


@dataclasses.dataclass
class Client:
    """A client of the cloud, that moves the bytes of one image."""

    cloud: MockCloud
    token: str = ""
    image_id: str = ""

    def __post_init__(self) -> None:
        self.token = token_of(self.cloud)
        formats = {"disk_format": "raw", "container_format": "bare"}
        self.image_id = str(self.ask("POST", "", json=formats).json()["id"])

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"X-Auth-Token": self.token, **more.pop("headers", {})}
        url = f"{self.cloud.image_url}/v2/images{path}"
        return requests.request(method, url, headers=headers, **more)

    def upload(self, data: Any = DATA, **more: Any) -> requests.Response:
        headers = {"Content-Type": "application/octet-stream"}
        path = f"/{self.image_id}/file"
        return self.ask("PUT", path, data=data, headers=headers, **more)

    def download(self, **more: Any) -> requests.Response:
        return self.ask("GET", f"/{self.image_id}/file", **more)

    def show(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.ask("GET", f"/{self.image_id}").json()
        return shown

    def status(self) -> str:
        return str(self.show()["status"])


def open_cloud(door: str) -> contextlib.AbstractContextManager[MockCloud]:
    return MockCloud() if door == "tcp" else MockCloud().in_process()


@pytest.fixture(params=["tcp", "in process"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    with open_cloud(request.param) as cloud:
        yield Client(cloud)
    cloud.close()


@pytest.fixture
def tcp_client() -> Iterator[Client]:
    with MockCloud() as cloud:
        yield Client(cloud)


@pytest.mark.parametrize("place", [0, 1000, "50%", "99.9%", "100%"])
def test_a_cut_upload_leaves_the_image_queued(client: Client, place: int | str) -> None:
    fault = client.cloud.faults.add("PUT", FILE, cut_after=place, times=1)
    with pytest.raises(requests.ConnectionError):
        client.upload()
    assert fault.hits == 1
    assert client.status() == "queued"
    assert client.upload().status_code == 204


@pytest.mark.parametrize("how", ["cut_after", "end_after"])
@pytest.mark.parametrize("place", [0, 1000, "50%", "99.9%"])
def test_a_cut_download_is_short(client: Client, how: str, place: int | str) -> None:
    client.upload()
    client.cloud.faults.add("GET", FILE, times=1, **{how: place})
    with pytest.raises(LOST):
        client.download()
    assert client.download().content == DATA


def test_a_download_that_ends_early_brings_what_was_said(tcp_client: Client) -> None:
    tcp_client.upload()
    tcp_client.cloud.faults.add("GET", FILE, end_after="50%")
    answer = tcp_client.download(stream=True)
    assert answer.headers["Content-Length"] == str(len(DATA))
    received = b""
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        for piece in answer.iter_content(4096):
            received += piece
    assert received == DATA[: len(DATA) // 2]


def test_a_cut_download_is_a_reset_connection(tcp_client: Client) -> None:
    tcp_client.upload()
    tcp_client.cloud.faults.add("GET", FILE, cut_after=1000)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="reset by peer"):
        tcp_client.download()


def test_a_flipped_byte_is_one_wrong_byte(client: Client) -> None:
    client.upload()
    client.cloud.faults.add("GET", FILE, flip_at=300_000, times=1)
    received = client.download().content
    wrong = [at for at, (a, b) in enumerate(zip(received, DATA, strict=True)) if a != b]
    assert wrong == [300_000]
    assert client.download().content == DATA


def test_a_flipped_byte_of_an_upload_is_what_is_stored(client: Client) -> None:
    client.cloud.faults.add("PUT", FILE, flip_at="100%", times=1)
    client.cloud.faults.add("PUT", FILE, flip_at=0)
    assert client.upload().status_code == 204  # there is no byte at the very end
    stored = client.show()["os_hash_value"]
    other = Client(client.cloud)
    other.upload()
    assert other.show()["os_hash_value"] != stored
    assert other.download().content == bytes([DATA[0] ^ 0xFF]) + DATA[1:]


@pytest.mark.parametrize("more", [7, -7])
def test_a_body_of_another_length_says_so(client: Client, more: int) -> None:
    client.upload()
    client.cloud.faults.add("GET", FILE, grow_by=more)
    answer = client.download()
    assert answer.headers["Content-Length"] == str(len(DATA) + more)
    assert answer.content == DATA[: len(DATA) + more] + bytes(max(more, 0))


@pytest.mark.parametrize("place", [0, "50%"])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_full_medium_refuses_an_upload_as_glance_does(
    client: Client, place: int | str, is_chunked: bool
) -> None:
    client.cloud.faults.add("PUT", FILE, full_after=place, times=1)
    answer = client.upload(iter([DATA]) if is_chunked else DATA)
    assert answer.status_code == 413
    assert "Image storage media is full" in answer.text
    assert client.status() == "queued"
    assert client.upload().status_code == 204


def test_a_full_medium_does_not_change_another_refusal(client: Client) -> None:
    client.upload()
    client.cloud.faults.add("PUT", FILE, full_after=0)
    assert client.upload().status_code == 409


def test_a_proxys_answer_stands_for_the_services(client: Client) -> None:
    page = "<html><h1>502 Bad Gateway</h1></html>"
    client.cloud.faults.add("PUT", FILE, status=502, body=page, times=1)
    answer = client.upload()
    assert (answer.status_code, answer.text) == (502, page)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert client.status() == "queued"


def test_an_answer_has_the_headers_it_is_given(client: Client) -> None:
    headers = {"Retry-After": "3", "Content-Type": "application/json"}
    client.cloud.faults.add(path=FILE, status=429, headers=headers, body="{}")
    answer = client.upload(iter([DATA]))
    assert (answer.status_code, answer.json()) == (429, {})
    assert answer.headers["Retry-After"] == "3"


def test_an_expired_token_is_refused_from_then_on(client: Client) -> None:
    client.cloud.faults.add("GET", FILE, expire_token=True, times=1)
    assert client.download().status_code == 401
    assert client.ask("GET", "").status_code == 401
    validation = {"X-Subject-Token": client.token}
    assert call(client.cloud, "GET", "/auth/tokens", **validation).status_code == 404
    client.token = token_of(client.cloud)
    assert client.ask("GET", "").status_code == 200


def test_a_dropped_request_was_never_handled(client: Client) -> None:
    client.cloud.faults.add("POST", "/v2/images", drop="request", times=1)
    with pytest.raises(requests.ConnectionError):
        Client(client.cloud)
    assert len(client.ask("GET", "").json()["images"]) == 1


def test_a_dropped_answer_is_of_a_request_that_was_handled(client: Client) -> None:
    client.cloud.faults.add("POST", "/v2/images", drop="answer", times=1)
    with pytest.raises(requests.ConnectionError):
        Client(client.cloud)
    assert len(client.ask("GET", "").json()["images"]) == 2


@pytest.mark.parametrize(
    "how", [{"stall": "request"}, {"stall": "answer"}, {"stall_after": 10}], ids=str
)
def test_a_stall_outlasts_the_clients_patience(
    client: Client, how: dict[str, Any]
) -> None:
    client.upload()
    client.cloud.faults.add("GET", FILE, times=1, **how)
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        client.download(timeout=0.1)
    assert client.download().content == DATA


def test_a_stalled_upload_lasts_until_its_sender_hangs_up(tcp_client: Client) -> None:
    tcp_client.cloud.faults.add("PUT", FILE, stall_after="50%", times=1)
    url = urlsplit(tcp_client.cloud.image_url)
    connection = socket.create_connection((url.hostname, url.port))
    head = (
        f"PUT /image/v2/images/{tcp_client.image_id}/file HTTP/1.1",
        f"X-Auth-Token: {tcp_client.token}",
        "Host: localhost",
        "Content-Type: application/octet-stream",
        f"Content-Length: {len(DATA)}",
        "",
        "",
    )
    with connection:
        connection.sendall("\r\n".join(head).encode() + DATA)
        wait_for(lambda: tcp_client.status() == "saving")
    wait_for(lambda: tcp_client.status() == "queued")
    assert tcp_client.upload().status_code == 204


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline


@pytest.mark.parametrize("how", [{"stall": "request"}, {"delay_s": 600}], ids=str)
@pytest.mark.parametrize("end", [MockCloud.close, lambda cloud: cloud.faults.clear()])
def test_a_held_up_request_goes_on_when_the_fault_ends(
    how: dict[str, Any], end: Callable[[MockCloud], None]
) -> None:
    with MockCloud() as cloud:
        fault = cloud.faults.add("GET", "/v3", **how)

        def ask() -> None:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{cloud.identity_url}/v3", timeout=60)

        asking = threading.Thread(target=ask)
        asking.start()
        wait_for(lambda: fault.hits == 1)
        assert asking.is_alive()
        end(cloud)
        asking.join(30)
        assert not asking.is_alive()


def test_a_fault_hits_after_some_and_so_often(client: Client) -> None:
    client.cloud.faults.add("GET", "/v2/images", status=503, after=1, times=2)
    statuses = [client.ask("GET", "").status_code for _ in range(5)]
    assert statuses == [200, 503, 503, 200, 200]


def test_a_fault_hits_only_its_method_and_path(client: Client) -> None:
    fault = client.cloud.faults.add("POST", "/v3/auth/*", status=503)
    assert sign_in(client.cloud).status_code == 503
    assert requests.get(f"{client.cloud.identity_url}/v3").status_code == 200
    client.cloud.faults.remove(fault.number)
    assert sign_in(client.cloud).status_code == 201


def test_the_first_fault_that_takes_a_request_hits_it(client: Client) -> None:
    first = client.cloud.faults.add(status=500, times=1)
    second = client.cloud.faults.add(status=503)
    assert [client.ask("GET", "").status_code for _ in range(2)] == [500, 503]
    assert [(one.number, one.hits) for one in (first, second)] == [(1, 1), (2, 1)]


def test_a_fault_may_break_the_answer_of_a_sender(client: Client) -> None:
    client.cloud.faults.add("POST", "/v2/images", end_after=5, of="answer", times=1)
    with pytest.raises(LOST):
        Client(client.cloud)
    assert len(client.ask("GET", "").json()["images"]) == 2


def test_a_cut_amid_json_is_no_bad_request(client: Client) -> None:
    client.cloud.faults.add("POST", "/v3/auth/tokens", cut_after="50%", times=1)
    client.cloud.faults.add("POST", "/v2/images", cut_after="50%", times=1)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            Client(client.cloud)
    assert len(client.ask("GET", "").json()["images"]) == 1


def test_a_fault_may_do_several_things(client: Client) -> None:
    client.cloud.faults.add("PUT", FILE, flip_at=0, drop="answer", times=1)
    with pytest.raises(requests.ConnectionError):
        client.upload()
    assert client.download().content[:2] == bytes([DATA[0] ^ 0xFF, DATA[1]])


def test_a_head_request_has_no_body_to_break(client: Client) -> None:
    client.cloud.faults.add("HEAD", cut_after=0)
    assert requests.head(f"{client.cloud.identity_url}/v3").status_code == 200


def test_the_journal_names_the_fault_that_hit(client: Client) -> None:
    client.cloud.journal.clear()
    client.cloud.faults.add("GET", "/v2/images", drop="request", times=1)
    client.cloud.faults.add("GET", "/v2/images", drop="answer", times=1)
    client.cloud.faults.add("GET", "/v2/images", status=503, times=1)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            client.ask("GET", "")
    client.ask("GET", "")
    client.ask("GET", "")
    told = [(exchange.status, exchange.fault) for exchange in client.cloud.journal]
    assert told == [(0, 1), (200, 2), (503, 3), (200, None)]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, "a fault does something"),
        ({"times": 1}, "a fault does something"),
        ({"status": 42}, "status: 42 is no status"),
        ({"status": "abc"}, "status: 'abc' is no whole number"),
        ({"cut_after": -1}, "cut_after: -1 is less than none"),
        ({"cut_after": "101%"}, "cut_after: '101%' is no percentage"),
        ({"cut_after": 1, "stall_after": 1}, "a body ends once"),
        ({"drop": "now"}, "drop: 'now' is neither 'request' nor 'answer'"),
        ({"delay_s": -1}, "delay_s: -1 is no time to wait"),
        ({"status": 503, "headers": ["a"]}, "headers: ['a'] is no mapping"),
        ({"full_after": 1, "of": "answer"}, "full_after: an answer fills no medium"),
        ({"status": 503, "headers": {"a": "b\n"}}, "headers: {'a': 'b\\n'} is no"),
        ({"expire_token": "yes"}, "expire_token: 'yes' is neither true nor false"),
        ({"status": 503, "body": b"x"}, "body: b'x' is no text"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(how: dict[str, Any], message: str) -> None:
    cloud = MockCloud()
    with pytest.raises(BadFault) as refused:
        cloud.faults.add("GET", FILE, **how)
    cloud.close()
    assert str(refused.value).startswith(message)
    assert len(cloud.faults) == 0
