from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Run


@pytest.fixture
def image(run: Run, qcow2: Path) -> str:
    done = run("image", "create", "a", "--file", qcow2, "-f", "json")
    return str(done.json["id"])


def cached(run: Run) -> list[str]:
    return [row["ID"] for row in run("cached", "image", "list", "-f", "json").json]


def test_an_image_is_brought_into_the_cache(run: Run, image: str, qcow2: Path) -> None:
    done = run("cached", "image", "queue", "a")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    (row,) = run("cached", "image", "list", "-f", "json").json
    assert list(row) == [
        "ID",
        "State",
        "Last Accessed (UTC)",
        "Last Modified (UTC)",
        "Size",
        "Hits",
    ]
    assert (row["ID"], row["State"]) == (image, "cached")
    assert (row["Size"], row["Hits"]) == (qcow2.stat().st_size, 0)
    assert re.fullmatch(r"[\d-]{10}T[\d:]{8}(\.\d+)?", row["Last Modified (UTC)"])


def test_an_image_without_data_waits_in_the_queue(run: Run) -> None:
    run("image", "create", "void")
    if run("cached", "image", "queue", "void").exit_code == 0:
        (row,) = run("cached", "image", "list", "-f", "json").json
        assert (row["State"], row["Size"], row["Hits"]) == ("queued", "N/A", "N/A")


def test_one_image_that_cannot_be_cached_does_not_keep_the_others(
    run: Run, image: str
) -> None:
    done = run("cached", "image", "queue", "nope", "a")
    assert done.exit_code == 4
    assert "No Image found for nope" in done.err
    assert cached(run) == [image]


def test_images_are_deleted_from_the_cache(run: Run, image: str) -> None:
    run("cached", "image", "queue", "a")
    done = run("cached", "image", "delete", "nope", "a")
    assert done.exit_code == 4
    assert "imagectl: 1 of 2 failed\n" in done.err
    assert cached(run) == []
    assert run("image", "show", "a").exit_code == 0


@pytest.mark.parametrize(
    ("argv", "is_left"),
    [((), False), (("--cache",), False), (("--queue",), True)],
)
def test_the_cache_or_its_queue_is_cleared(
    run: Run, image: str, argv: tuple[str, ...], is_left: bool
) -> None:
    run("cached", "image", "queue", "a")
    assert run("cached", "image", "clear", *argv).exit_code == 0
    assert (cached(run) == [image]) is is_left
    assert run("cached", "image", "clear", "--cache", "--queue").exit_code == 0
    assert cached(run) == []


def test_the_cache_is_cleaned_and_pruned(run: Run, image: str) -> None:
    assert run("cached", "image", "clean").exit_code == 0
    pruned = run("cached", "image", "prune", "-f", "json").json
    assert pruned == {"total_files_pruned": 0, "total_bytes_pruned": 0}


def test_the_nodes_that_have_an_image_are_listed(
    run: Run, cloud: MockCloud, image: str
) -> None:
    nodes = ("cached", "image", "node", "list", "a", "-f", "json")
    assert run(*nodes).json == []
    run("cached", "image", "queue", "a")
    assert run(*nodes).json == [{"Node Reference URL": cloud.image_url}]


def test_a_refused_call_of_the_cache_is_not_swallowed(
    run: Run, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "create", "mia", "--password", "pw")
    run("role", "add", "--project", "admin", "--user", "mia", "member")
    monkeypatch.setenv("OS_USERNAME", "mia")
    monkeypatch.setenv("OS_PASSWORD", "pw")
    for argv in (("queue", "a"), ("delete", "a"), ("clear",), ("prune",), ("list",)):
        done = run("cached", "image", *argv)
        assert done.exit_code == 3, argv
        assert "(HTTP 403)" in done.err
