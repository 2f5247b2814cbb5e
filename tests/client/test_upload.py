from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from imagectl.errors import UsageError, VerificationError
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.upload import BLOCK_BYTES, open_source


def test_data_is_hashed_as_it_is_read(tmp_path: Path) -> None:
    data = bytes(range(256)) * (BLOCK_BYTES // 100)
    path = tmp_path / "data"
    path.write_bytes(data)
    with open_source(str(path), None) as source:
        assert source
        assert source.size_bytes == len(data)
        blocks = list(source.blocks())
    assert b"".join(blocks) == data
    assert len(blocks[0]) == BLOCK_BYTES
    assert source.digest.size_bytes == len(data)
    assert source.digest.values() == {
        "sha512": hashlib.sha512(data).hexdigest(),
        "md5": hashlib.md5(data).hexdigest(),
    }


@pytest.mark.parametrize(
    ("size_bytes", "message"),
    [
        (3 * BLOCK_BYTES, f"ended after {3 * BLOCK_BYTES} of {4 * BLOCK_BYTES} bytes"),
        (4 * BLOCK_BYTES + 1, f"has more than {4 * BLOCK_BYTES} bytes"),
    ],
    ids=["shrinks", "grows"],
)
def test_a_file_that_changes_while_it_is_sent_is_an_error(
    tmp_path: Path, size_bytes: int, message: str
) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(4 * BLOCK_BYTES))
    with open_source(str(path), None) as source:
        assert source
        blocks = source.blocks()
        next(blocks)
        with path.open("r+b") as changed:
            changed.truncate(size_bytes)
        with pytest.raises(VerificationError, match=message):
            list(blocks)


def test_a_size_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"four")
    with (
        pytest.raises(UsageError, match="has 4 bytes, not the 5 of --size"),
        open_source(str(path), 5),
    ):
        pass


def test_memory_does_not_grow_with_the_data(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.touch()
    with path.open("r+b") as file:
        file.truncate(64 * BLOCK_BYTES)
    with open_source(str(path), None) as source:
        assert source
        tracemalloc.start()
        sent_bytes = sum(len(block) for block in source.blocks())
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert sent_bytes == 64 * BLOCK_BYTES
    assert peak_bytes < 6 * BLOCK_BYTES


def digest_of(data: bytes, *algorithms: str) -> Digest:
    digest = Digest(algorithms)
    digest.update(data)
    return digest


@pytest.mark.parametrize(
    ("record", "algorithms"),
    [
        ({"os_hash_algo": "sha256", "os_hash_value": "1", "checksum": "2"}, "sha256"),
        ({"os_hash_algo": "whirl9", "os_hash_value": "1", "checksum": "2"}, "md5"),
        ({"os_hash_algo": None, "os_hash_value": None, "checksum": None}, None),
    ],
)
def test_the_best_stated_hash_that_can_be_computed_is_taken(
    record: dict[str, str | None], algorithms: str | None
) -> None:
    assert algorithm_for(record) == ((algorithms,) if algorithms else ())


def test_a_hash_or_size_that_differs_does_not_verify() -> None:
    digest = digest_of(b"data", "md5")
    right = {"size": 4, "checksum": hashlib.md5(b"data").hexdigest()}
    verify(right, digest, "It")
    with pytest.raises(VerificationError, match="it has 4 bytes, and the image has 5"):
        verify({**right, "size": 5}, digest, "It")
    with pytest.raises(VerificationError, match="its md5 is"):
        verify({**right, "checksum": "0" * 32}, digest, "It")
