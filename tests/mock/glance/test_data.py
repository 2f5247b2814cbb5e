"""Upload and download in the mock: hang-ups, races, full stores and lost data."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.cloud import MockCloud
from tests.mock.support.glance_service import (
    OCTETS,
    Glance,
    Personas,
    open_glance,
    reason,
)


@pytest.fixture(scope="module")
def glance() -> Iterator[Glance]:
    with open_glance() as service:
        yield service


@pytest.fixture(scope="module")
def served() -> Iterator[MockCloud]:
    """A cloud behind a socket, where a body may stop in the middle."""
    with MockCloud(tokens=Personas()) as cloud:
        yield cloud


def create_raw(glance: Glance, by: str = "admin@ops") -> str:
    return glance.create(by=by, disk_format="raw", container_format="bare")


def test_a_refused_format_leaves_a_queued_image_with_hashes(
    glance: Glance,
) -> None:
    image_id = glance.create(disk_format="qcow2", container_format="bare")
    answer = glance.upload(image_id, b"not a qcow2")
    assert answer.status_code == 415
    assert reason(answer).endswith("qcow2 does not match stream data raw")
    shown = glance.show(image_id)
    assert (shown["status"], shown["size"]) == ("queued", None)
    assert shown["checksum"] == hashlib.md5(b"not a qcow2").hexdigest()
    # as in Glance, which finds the refused bytes in its store
    assert glance.upload(image_id, b"not a qcow2").status_code == 500
    assert glance.show(image_id)["status"] == "queued"


def test_a_wrong_size_can_be_sent_again(glance: Glance) -> None:
    image_id = create_raw(glance)
    answer = glance.upload(image_id, b"hello", X_OpenStack_Image_Size="11")
    assert (answer.status_code, reason(answer)) == (
        400,
        "Size mismatch: expected 11 bytes, got 5 bytes",
    )
    assert glance.upload(image_id, b"hello").status_code == 204
    assert glance.show(image_id)["status"] == "active"


def test_an_announced_size_of_0_is_taken_for_none(glance: Glance) -> None:
    image_id = create_raw(glance)
    answer = glance.upload(image_id, b"hello", X_OpenStack_Image_Size="0")
    assert (answer.status_code, glance.show(image_id)["size"]) == (204, 5)


def test_a_full_store_is_said_and_leaves_the_image_queued(
    glance: Glance, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import os

    def write(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    image_id = create_raw(glance)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        answer = glance.upload(image_id, b"hello")
    assert answer.status_code == 413
    assert "Image storage media is full" in reason(answer)
    assert glance.show(image_id)["status"] == "queued"


@pytest.mark.parametrize(
    ("header", "status", "body"),
    [
        (None, 200, b"hello world"),
        ("bytes=0-4", 206, b"hello"),
        ("bytes=6-", 206, b"world"),
        ("bytes=-5", 206, b"world"),
        ("bytes=4-400", 206, b"o world"),
        ("bytes=-400", 206, b"hello world"),
    ],
)
def test_a_part_is_sent_of_what_is_there(
    glance: Glance, header: str | None, status: int, body: bytes
) -> None:
    image_id = create_raw(glance)
    glance.upload(image_id, b"hello world")
    headers = {} if header is None else {"Range": header}
    answer = glance.ask("GET", f"/v2/images/{image_id}/file", **headers)
    assert (answer.status_code, answer.content) == (status, body)
    assert answer.headers["Content-MD5"] == "5eb63bbbe01eeed093cb22bb8f5acdc3"
    assert answer.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    ("header", "status"),
    [("bytes=11-", 416), ("bytes=5-2", 416), ("0-4", 416), ("bytes=0-1,3-4", 400)],
)
def test_a_part_that_is_not_there_is_refused(
    glance: Glance, header: str, status: int
) -> None:
    image_id = create_raw(glance)
    glance.upload(image_id, b"hello world")
    path = f"/v2/images/{image_id}/file"
    assert glance.ask("GET", path, Range=header).status_code == status


def test_a_download_without_data_has_no_content(glance: Glance) -> None:
    image_id = create_raw(glance)
    assert glance.ask("GET", f"/v2/images/{image_id}/file").status_code == 204
    glance.upload(image_id, b"hello")
    (glance.cloud.state.directory / "images" / image_id).unlink()
    assert glance.ask("GET", f"/v2/images/{image_id}/file").status_code == 204


def test_only_administrators_download_a_deactivated_image(glance: Glance) -> None:
    image_id = create_raw(glance, by="member@p1")
    glance.upload(image_id, b"hello")
    path = f"/v2/images/{image_id}"
    assert glance.ask("POST", f"{path}/actions/deactivate").status_code == 204
    assert glance.ask("GET", f"{path}/file", by="member@p1").status_code == 403
    assert glance.show(image_id, by="member@p1")["locations"] == []
    assert glance.ask("GET", f"{path}/file").content == b"hello"


class Upload:
    """An upload over a socket that is sent piece by piece."""

    def __init__(self, cloud: MockCloud, image_id: str, size: int | None) -> None:
        url = urlsplit(cloud.image_url)
        self._is_chunked = size is None
        length = (
            "Transfer-Encoding: chunked" if size is None else f"Content-Length: {size}"
        )
        self.socket = socket.create_connection((url.hostname, url.port), timeout=10)
        self.socket.sendall(
            f"PUT {url.path}/v2/images/{image_id}/file HTTP/1.1\r\n"
            f"Host: {url.netloc}\r\n"
            f"X-Auth-Token: admin@ops\r\nContent-Type: {OCTETS}\r\n"
            f"Accept: application/json\r\n{length}\r\n\r\n".encode()
        )

    def send(self, data: bytes) -> None:
        if self._is_chunked:
            data = b"%x\r\n%s\r\n" % (len(data), data)
        self.socket.sendall(data)

    def answer(self) -> str:
        with self.socket.makefile("rb") as answer:
            return answer.readline().decode().strip()


class Client:
    """Requests to a served cloud by its administrator."""

    def __init__(self, cloud: MockCloud) -> None:
        self._url = f"{cloud.image_url}/v2/images"

    def ask(self, method: str, path: str = "", **options: Any) -> requests.Response:
        headers = {"X-Auth-Token": "admin@ops", **options.pop("headers", {})}
        return requests.request(
            method, self._url + path, headers=headers, timeout=10, **options
        )

    def create_raw(self) -> str:
        formats = {"disk_format": "raw", "container_format": "bare"}
        return str(self.ask("POST", json=formats).json()["id"])

    def await_status(self, image_id: str, status: str) -> None:
        deadline = time.monotonic() + 10
        while self.ask("GET", f"/{image_id}").json()["status"] != status:
            assert time.monotonic() < deadline


@pytest.fixture
def client(served: MockCloud) -> Client:
    return Client(served)


@pytest.mark.parametrize("size", [1 << 20, None])
def test_a_sender_that_hangs_up_leaves_the_image_queued(
    served: MockCloud, client: Client, size: int | None
) -> None:
    image_id = client.create_raw()
    upload = Upload(served, image_id, size)
    upload.send(b"x" * 1000)
    client.await_status(image_id, "saving")
    upload.socket.close()
    client.await_status(image_id, "queued")
    folder = served.state.directory / "images"
    assert not [name for name in folder.iterdir() if image_id in name.name]
    sent = client.ask(
        "PUT", f"/{image_id}/file", data=b"again", headers={"Content-Type": OCTETS}
    )
    assert sent.status_code == 204
    assert client.ask("GET", f"/{image_id}/file").content == b"again"


def test_while_one_sends_no_other_can(served: MockCloud, client: Client) -> None:
    image_id = client.create_raw()
    upload = Upload(served, image_id, 10)
    upload.send(b"first")
    client.await_status(image_id, "saving")
    second = client.ask(
        "PUT", f"/{image_id}/file", data=b"second", headers={"Content-Type": OCTETS}
    )
    assert second.status_code == 409
    upload.send(b" wins")
    assert upload.answer() == "HTTP/1.1 204 No Content"
    upload.socket.close()
    assert client.ask("GET", f"/{image_id}/file").content == b"first wins"


def test_an_image_deleted_while_it_is_sent_is_gone(
    served: MockCloud, client: Client
) -> None:
    image_id = client.create_raw()
    upload = Upload(served, image_id, None)
    upload.send(b"data")
    client.await_status(image_id, "saving")
    assert client.ask("DELETE", f"/{image_id}").status_code == 204
    upload.socket.sendall(b"0\r\n\r\n")
    assert upload.answer() == "HTTP/1.1 410 Gone"
    upload.socket.close()
    assert not (served.state.directory / "images" / image_id).exists()


def test_of_many_racing_uploads_one_wins(client: Client) -> None:
    image_id = client.create_raw()
    statuses: list[int] = []

    def send(data: bytes) -> None:
        answer = client.ask(
            "PUT", f"/{image_id}/file", data=data, headers={"Content-Type": OCTETS}
        )
        statuses.append(answer.status_code)

    senders = [threading.Thread(target=send, args=(b"x" * n,)) for n in range(1, 7)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(statuses) == [204, *[409] * 5]
    assert client.ask("GET", f"/{image_id}").json()["status"] == "active"


def test_a_refused_upload_is_answered_though_its_body_is_large(
    served: MockCloud, client: Client
) -> None:
    data = b"x" * (3 << 20)
    with requests.Session() as session:
        url = f"{served.image_url}/v2/images"
        headers = {"X-Auth-Token": "admin@ops", "Content-Type": OCTETS}
        nowhere = f"{url}/11111111-2222-3333-4444-555555555555/file"
        for body in (data, iter([data[:100_000]] * 20)):
            answer = session.put(nowhere, data=body, headers=headers, timeout=10)
            assert answer.status_code == 404
        assert session.get(url, headers=headers, timeout=10).status_code == 200


def test_a_download_breaks_off_where_the_data_ends_too_early(served: MockCloud) -> None:
    """It left the client waiting for the rest on an open connection."""
    images = f"{served.image_url}/v2/images"
    token = {"X-Auth-Token": "admin@ops"}
    body = {"name": "a", "disk_format": "raw", "container_format": "bare"}
    image_id = requests.post(images, json=body, headers=token).json()["id"]
    file = f"{images}/{image_id}/file"
    sent = requests.put(file, data=b"whole", headers={**token, "Content-Type": OCTETS})
    assert sent.status_code == 204
    (served.state.directory / "images" / image_id).write_bytes(b"who")
    with pytest.raises(requests.RequestException, match="3 bytes read, 2 more"):
        requests.get(file, headers=token, timeout=30)
