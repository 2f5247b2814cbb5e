"""Blob stores in files and in memory: write, read, parts and failures."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.blobs import (
    PIECE_BYTES,
    BlobExists,
    BlobMissing,
    BlobStore,
    StoreFull,
)
from mockserver.blobs.file import FileStore
from mockserver.blobs.memory import MemoryStore

DATA = bytes(range(256)) * 8


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return FileStore(tmp_path / "images") if request.param == "file" else MemoryStore()


def pieces_that_break_off() -> Iterator[bytes]:
    yield DATA
    raise ConnectionError("gone")


def test_written_data_is_read_back(store: BlobStore) -> None:
    store.write("a", iter([DATA, b"", DATA]))
    assert b"".join(store.read("a")) == DATA + DATA


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 10), (5, 1), (250, 300), (2047, 1), (2048, None), (7, 0)]
)
def test_a_part_is_read_alone(
    store: BlobStore, offset: int, length: int | None
) -> None:
    store.write("a", [DATA])
    end = None if length is None else offset + length
    assert b"".join(store.read("a", offset, length)) == DATA[offset:end]


def test_a_large_blob_comes_in_pieces(store: BlobStore) -> None:
    store.write("a", [b"x" * PIECE_BYTES, b"y" * (PIECE_BYTES + 1)])
    assert [len(piece) for piece in store.read("a")] == [PIECE_BYTES, PIECE_BYTES, 1]


def test_an_interrupted_write_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError):
        store.write("a", pieces_that_break_off())
    with pytest.raises(BlobMissing):
        store.read("a")
    assert not list(tmp_path.glob("images/*"))
    assert not list(tmp_path.glob("images/.*"))


def test_a_blob_is_never_overwritten(store: BlobStore) -> None:
    store.write("a", [DATA])
    with pytest.raises(BlobExists):
        store.write("a", [b"other"])
    assert b"".join(store.read("a")) == DATA


def test_of_two_writers_at_once_the_second_to_finish_loses(store: BlobStore) -> None:
    def pieces_overtaken_by_another_writer() -> Iterator[bytes]:
        yield b"late"
        store.write("a", [DATA])

    with pytest.raises(BlobExists):
        store.write("a", pieces_overtaken_by_another_writer())
    assert b"".join(store.read("a")) == DATA


def test_a_deleted_blob_is_gone(store: BlobStore) -> None:
    store.write("a", [DATA])
    store.delete("a")
    with pytest.raises(BlobMissing):
        store.read("a")
    with pytest.raises(BlobMissing):
        store.delete("a")


def test_a_file_is_named_by_its_id_and_closed_to_others(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    before = os.umask(0o077)
    try:
        store.write("a", [DATA])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert store.url("a") == f"file://{tmp_path}/a"


def test_a_file_is_seen_only_once_it_is_whole(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    seen: list[bool] = []

    def pieces() -> Iterator[bytes]:
        for _ in range(2):
            seen.append((tmp_path / "a").exists())
            yield DATA

    store.write("a", pieces())
    assert seen == [False, False]
    assert (tmp_path / "a").stat().st_size == 2 * len(DATA)


def test_a_full_disk_is_reported_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(StoreFull):
        FileStore(tmp_path / "images").write("a", [DATA])
    assert not list((tmp_path / "images").iterdir())


def test_an_abandoned_download_closes_its_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.write("a", [DATA])
    pieces = store.read("a")
    pieces.close()  # type: ignore[attr-defined]
    assert list(pieces) == []
