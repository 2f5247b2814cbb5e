"""/v2/images/{id}/file: upload, download, ranges, sizes and formats."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from examples.make_qcow2 import build_qcow2
from tests.contract.conftest import Make
from tests.contract.support.answers import (
    answer_of,
    glance_error,
    no_image,
    unsupported_media,
)
from tests.contract.support.callers import DATA_TYPE, Caller

DATA = b"hello, world"
FORMATS = {"disk_format": "raw", "container_format": "bare"}


def in_chunks(data: bytes) -> Iterator[bytes]:
    """A body without a length, which requests sends chunked."""
    for start in range(0, len(data), 5):
        yield data[start : start + 5]


@pytest.fixture
def image_id(admin: Caller, make_image: Make) -> str:
    """An image whose data is DATA."""
    image_id = str(make_image(**FORMATS)["id"])
    assert admin.upload(image_id, DATA).status_code == 204
    return image_id


@pytest.mark.parametrize("data", [DATA, b"x" * 300_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_uploaded_bytes_are_hashed_counted_and_given_back(
    admin: Caller, make_image: Make, data: bytes, chunked: bool
) -> None:
    image = make_image(**FORMATS)
    uploaded = admin.upload(image["id"], in_chunks(data) if chunked else data)
    assert (uploaded.status_code, uploaded.content) == (204, b"")
    shown = admin.image("GET", f"/images/{image['id']}").json()
    checksum = hashlib.md5(data).hexdigest()
    assert (
        shown.items()
        >= {
            "status": "active",
            "size": len(data),
            "virtual_size": len(data),
            "checksum": checksum,
            "os_hash_algo": "sha512",
            "os_hash_value": hashlib.sha512(data).hexdigest(),
        }.items()
    )
    downloaded = admin.download(image["id"])
    assert (downloaded.status_code, downloaded.content) == (200, data)
    assert downloaded.headers["Content-Type"] == DATA_TYPE
    # on its way into a cache an image is sent without its length
    length = downloaded.headers.get("Content-Length")
    assert length == str(len(data)) or (length is None and admin.cloud.door == "real")
    assert downloaded.headers["Content-MD5"] == checksum


def test_an_image_with_data_says_where_it_lies(admin: Caller, image_id: str) -> None:
    [location] = admin.image("GET", f"/images/{image_id}").json()["locations"]
    assert location.keys() == {"url", "metadata"}
    assert location["url"].endswith(f"/{image_id}")


def test_an_empty_upload_makes_an_active_image_of_size_zero(
    admin: Caller, make_image: Make
) -> None:
    image_id = make_image(**FORMATS)["id"]
    assert admin.upload(image_id, b"").status_code == 204
    shown = admin.image("GET", f"/images/{image_id}").json()
    assert (shown["status"], shown["size"]) == ("active", 0)
    assert shown["checksum"] == hashlib.md5(b"").hexdigest()
    assert admin.download(image_id).content == b""


def test_an_image_without_data_has_no_content(admin: Caller, make_image: Make) -> None:
    answer = admin.download(make_image(**FORMATS)["id"])
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=1-", 1, 12),
        ("bytes=-2", 10, 12),
        ("bytes=11-11", 11, 12),
        ("bytes=0-99", 0, 12),
        ("bytes=-99", 0, 12),
    ],
)
def test_a_range_is_partial_content(
    admin: Caller, image_id: str, wanted: str, start: int, stop: int
) -> None:
    answer = admin.download(image_id, Range=wanted)
    assert (answer.status_code, answer.content) == (206, DATA[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/12"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["Content-MD5"] == hashlib.md5(DATA).hexdigest()


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (
            "bytes=12-",
            "Invalid start position in Range header. Start position MUST be in the"
            " inclusive range [0, 11].",
        ),
        (
            "bytes=20-30",
            "Invalid start position in Range header. Start position MUST be in the"
            " inclusive range [0, 11].",
        ),
        ("bytes=3-1", "Invalid Range header."),
        ("bytes=a-b", "Invalid Range header."),
        ("items=0-1", "Invalid Range header."),
    ],
)
def test_a_range_that_is_not_there_cannot_be_satisfied(
    admin: Caller, image_id: str, wanted: str, reason: str
) -> None:
    answer = admin.download(image_id, Range=wanted)
    message = "The Range requested is not available."
    assert answer_of(answer) == glance_error(416, message, reason)


def test_several_ranges_at_once_are_refused(admin: Caller, image_id: str) -> None:
    answer = admin.download(image_id, Range="bytes=0-0,2-3")
    message = (
        "Requests with multiple ranges are not supported in Glance. You may make"
        " multiple single-range requests instead."
    )
    assert answer_of(answer) == glance_error(400, message)


def test_data_needs_the_formats_first(admin: Caller, make_image: Make) -> None:
    answer = admin.upload(make_image()["id"], DATA)
    message = (
        "Properties disk_format, container_format must be set prior to saving data."
    )
    assert answer_of(answer) == glance_error(400, message)


def test_data_comes_once(admin: Caller, image_id: str) -> None:
    message = "Image status transition from active to saving is not allowed"
    assert answer_of(admin.upload(image_id, DATA)) == glance_error(409, message)


def test_data_has_a_media_type_of_its_own(admin: Caller, make_image: Make) -> None:
    image_id = make_image(**FORMATS)["id"]
    path = f"/images/{image_id}/file"
    answer = admin.image("PUT", path, json={})
    reason = "Invalid content type application/json"
    assert answer_of(answer) == unsupported_media("application/json", reason)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("13", "Size mismatch: expected 13 bytes, got 12 bytes"),
        ("11", "Size exceeds: expected 11 bytes, got 12 bytes"),
        ("x", "Invalid or missing image size in request headers."),
    ],
)
def test_the_size_that_was_said_is_held(
    admin: Caller, make_image: Make, said: str, message: str
) -> None:
    image_id = make_image(**FORMATS)["id"]
    answer = admin.upload(image_id, DATA, X_OpenStack_Image_Size=said)
    assert answer_of(answer) == glance_error(400, message)
    assert admin.image("GET", f"/images/{image_id}").json()["status"] == "queued"
    again = admin.upload(image_id, DATA, X_OpenStack_Image_Size="12")
    assert again.status_code == 204


@pytest.mark.parametrize("disk_format", ["qcow2", "vmdk", "iso", "vdi", "vhd"])
def test_data_of_another_format_is_refused(
    admin: Caller, make_image: Make, disk_format: str
) -> None:
    image = make_image(disk_format=disk_format, container_format="bare")
    answer = admin.upload(image["id"], b"hello" * 300)
    reason = f"Image disk_format {disk_format} does not match stream data raw"
    assert answer_of(answer) == unsupported_media(DATA_TYPE, reason)
    shown = admin.image("GET", f"/images/{image['id']}").json()
    assert (shown["status"], shown["size"]) == ("queued", None)


@pytest.mark.parametrize(
    "formats",
    [
        {"disk_format": "ami", "container_format": "bare"},
        {"disk_format": "ploop", "container_format": "bare"},
        {"disk_format": "qcow2", "container_format": "ovf"},
    ],
)
def test_formats_without_an_inspector_are_not_checked(
    admin: Caller, make_image: Make, formats: dict[str, str]
) -> None:
    image_id = make_image(**formats)["id"]
    assert admin.upload(image_id, b"hello" * 300).status_code == 204


@pytest.mark.parametrize(
    ("disk_format", "virtual_size"), [("qcow2", 10 << 20), ("raw", None)]
)
def test_virtual_size_is_read_from_the_data(
    admin: Caller, make_image: Make, disk_format: str, virtual_size: int | None
) -> None:
    data = build_qcow2(10 << 20)
    image_id = make_image(disk_format=disk_format, container_format="bare")["id"]
    assert admin.upload(image_id, data).status_code == 204
    shown = admin.image("GET", f"/images/{image_id}").json()
    assert (shown["size"], shown["virtual_size"]) == (
        len(data),
        virtual_size or len(data),
    )


@pytest.mark.parametrize("method", ["upload", "download"])
def test_an_unknown_image_is_not_found(admin: Caller, method: str) -> None:
    data: list[Any] = [DATA] if method == "upload" else []
    answer = getattr(admin, method)("nope", *data)
    assert answer_of(answer) == no_image("nope")


def test_data_goes_with_the_image(admin: Caller, image_id: str) -> None:
    admin.image("DELETE", f"/images/{image_id}")
    assert answer_of(admin.download(image_id)) == no_image(image_id)
