from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from imagectl.errors import ConflictError, ImagectlError, VerificationError
from imagectl.transfer import download

DATA = b"some data"
RECORD: dict[str, Any] = {
    "id": "1",
    "size": len(DATA),
    "os_hash_algo": "sha512",
    "os_hash_value": hashlib.sha512(DATA).hexdigest(),
}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "image"


def test_a_file_has_the_permissions_of_the_umask(target: Path) -> None:
    before = os.umask(0o027)
    download.save([DATA], RECORD, target)
    os.umask(before)
    assert target.read_bytes() == DATA
    assert target.stat().st_mode & 0o777 == 0o640


def test_the_target_stays_as_it_was_until_all_is_verified(target: Path) -> None:
    target.write_text("before")
    with pytest.raises(VerificationError):
        download.save([DATA[:-1]], RECORD, target)
    assert target.read_text() == "before"
    assert not target.with_name("image.part").exists()
    download.save([DATA[:4], DATA[4:]], RECORD, target)
    assert target.read_bytes() == DATA


def test_what_a_killed_program_left_is_written_anew(target: Path) -> None:
    target.with_name("image.part").write_bytes(b"a longer rest of another download")
    download.save([DATA], RECORD, target)
    assert target.read_bytes() == DATA


def test_two_programs_do_not_write_one_file(target: Path) -> None:
    part = target.with_name("image.part")
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ConflictError, match="written by another program"):
            download.save([DATA], RECORD, target)
    assert part.exists()
    assert not target.exists()


def test_a_link_is_followed_and_kept(target: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere"
    target.symlink_to(real)
    download.save([DATA], RECORD, target)
    assert target.is_symlink()
    assert real.read_bytes() == DATA


def test_a_part_file_that_is_a_link_is_not_written_through(
    target: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    target.with_name("image.part").symlink_to(victim)
    with pytest.raises(ImagectlError, match="symbolic links"):
        download.save([DATA], RECORD, target)
    assert victim.read_text() == "mine"


def test_a_device_is_written_to_and_not_replaced() -> None:
    download.save([DATA], RECORD, Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImagectlError, match=f"{tmp_path}: Is a directory"):
        download.save([DATA], RECORD, tmp_path)


def test_an_image_without_a_hash_is_held_to_its_size(target: Path) -> None:
    record = {"id": "1", "size": len(DATA), "checksum": None}
    with pytest.raises(VerificationError):
        download.save([DATA, b"!"], record, target)
    download.save([DATA], record, target)
    assert target.read_bytes() == DATA
