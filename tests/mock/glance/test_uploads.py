"""Receiving an upload: hashes, sizes and formats of the stored data."""

from __future__ import annotations

import hashlib
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest

from mockserver.blobs import BlobMissing
from mockserver.blobs.file import FileStore
from mockserver.blobs.memory import MemoryStore
from mockserver.glance.data.uploads import receive
from mockserver.glance.errors import BadRequest, ServerError
from mockserver.storage.images import Image

DATA = b"the bytes of an image" * 5000


def image(container_format: str = "bare", disk_format: str = "raw") -> Image:
    return Image(
        id="a",
        created_at="",
        updated_at="",
        container_format=container_format,
        disk_format=disk_format,
    )


@pytest.mark.parametrize("copies", [0, 1, 30])
def test_both_hashes_are_those_of_the_bytes(copies: int) -> None:
    data, blobs = DATA * copies, MemoryStore()
    received = receive(blobs, image(), BytesIO(data))
    assert received.size == len(data)
    assert received.checksum == hashlib.md5(data).hexdigest()
    assert received.os_hash_value == hashlib.sha512(data).hexdigest()
    assert b"".join(blobs.read("a")) == data


def test_raw_data_is_as_large_as_it_is() -> None:
    received = receive(MemoryStore(), image(), BytesIO(DATA))
    assert (received.virtual_size, received.refusal) == (len(DATA), None)


def test_the_virtual_size_is_read_from_the_data(qcow2: Path) -> None:
    with qcow2.open("rb") as source:
        received = receive(MemoryStore(), image(disk_format="qcow2"), source)
    assert (received.virtual_size, received.refusal) == (1 << 20, None)


def test_data_of_another_format_is_stored_and_refused() -> None:
    blobs = MemoryStore()
    received = receive(blobs, image(disk_format="qcow2"), BytesIO(DATA))
    assert received.refusal == "Image disk_format qcow2 does not match stream data raw"
    assert received.virtual_size is None
    assert b"".join(blobs.read("a")) == DATA


def test_data_in_a_container_is_not_inspected() -> None:
    received = receive(MemoryStore(), image("ovf", "qcow2"), BytesIO(DATA))
    assert (received.virtual_size, received.refusal) == (None, None)


@pytest.mark.parametrize(
    ("announced", "words"),
    [
        (len(DATA) + 1, f"Size mismatch: expected {len(DATA) + 1} bytes, got 105000"),
        (5, "Size exceeds: expected 5 bytes, got 65536 bytes"),
        (65536, "Size exceeds: expected 65536 bytes, got 105000 bytes"),
    ],
)
def test_another_size_than_announced_stores_nothing(announced: int, words: str) -> None:
    blobs = MemoryStore()
    with pytest.raises(BadRequest, match=words):
        receive(blobs, image(), BytesIO(DATA), announced)
    with pytest.raises(BlobMissing):
        blobs.read("a")


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), ValueError("chunk")])
def test_a_broken_connection_stores_nothing(error: Exception, tmp_path: Path) -> None:
    class Broken:
        def __init__(self) -> None:
            self.reads = 0

        def read(self, size: int, /) -> bytes:
            self.reads += 1
            if self.reads == 3:
                raise error
            return DATA[:size]

    with pytest.raises(ServerError):
        receive(FileStore(tmp_path / "images"), image(), Broken())
    assert not list((tmp_path / "images").iterdir())


def test_the_data_is_never_held_whole(tmp_path: Path) -> None:
    class Zeros:
        def __init__(self, size: int) -> None:
            self.left = size

        def read(self, size: int, /) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    receive(FileStore(tmp_path / "first"), image(), BytesIO(b"import the inspectors"))
    tracemalloc.start()
    received = receive(FileStore(tmp_path), image(), Zeros(64 << 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert received.size == 64 << 20
    assert peak < 16 << 20
