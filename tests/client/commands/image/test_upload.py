"""``image upload``: one image for each file."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Run


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"image-{number}.raw" for number in range(5)]
    for number, path in enumerate(paths):
        path.write_bytes(random.Random(number).randbytes(100_000))
    return paths


def test_each_file_becomes_an_image(run: Run, files: list[Path]) -> None:
    done = run("image", "upload", *files, "--jobs", "3", "--tag", "x", "-f", "json")
    assert (done.exit_code, done.err) == (0, "")
    assert [(row["Name"], row["Status"]) for row in done.json] == [
        (path.stem, "active") for path in files
    ]
    for row in done.json:
        data = next(path for path in files if path.stem == row["Name"]).read_bytes()
        shown = run("image", "show", row["ID"], "-f", "json").json
        assert shown["os_hash_value"] == hashlib.sha512(data).hexdigest()
        assert shown["tags"] == ["x"]


def test_a_file_that_fails_does_not_stop_the_others(
    run: Run, files: list[Path], tmp_path: Path
) -> None:
    done = run("image", "upload", files[0], tmp_path / "nope", files[1])
    assert done.exit_code == 1
    assert done.err.splitlines() == [
        f"imagectl: {tmp_path / 'nope'}: No such file or directory",
        "imagectl: 1 of 3 failed",
    ]
    listed = run("image", "list", "-f", "json").json
    assert {row["Name"] for row in listed} == {"image-0", "image-1"}


def test_files_are_looked_at_before_they_are_sent(
    run: Run, cloud: MockCloud, files: list[Path], qcow2: Path
) -> None:
    command = ("image", "upload", qcow2, files[0], "--disk-format", "qcow2")
    done = run(*command)
    assert done.exit_code == 7
    assert f"imagectl: {files[0]}: {files[0]} is not in the format 'qcow2'" in done.err
    posts = [e for e in cloud.journal if e.method == "POST" and "/images" in e.path]
    assert len(posts) == 1


@pytest.mark.fault("P19")
def test_lines_of_several_uploads_are_counted(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.img" for name in "abc"]
    for path in paths:
        path.write_bytes(b"x" * 2048)
    formats = ("--disk-format", "raw", "--progress", "plain")
    done = run("image", "upload", *paths, *formats)
    assert done.exit_code == 0
    assert done.err.splitlines()[-1].startswith("imagectl: 3 of 3: 100 %, 6 KiB of ")
