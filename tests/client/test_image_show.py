from __future__ import annotations

from pathlib import Path

import pytest

from imagectl.output import format_size
from tests.conftest import Run


def test_an_image_is_shown_by_name_or_id(run: Run) -> None:
    image_id = run("image", "create", "a", "-f", "json").json["id"]
    assert run("image", "show", "a").out == run("image", "show", image_id).out


def test_a_hidden_image_is_found_by_name(run: Run) -> None:
    run("image", "create", "a", "--hidden")
    assert run("image", "show", "a", "-c", "name", "-f", "value").out == "a\n"


def test_a_name_of_two_images_is_ambiguous(run: Run) -> None:
    run("image", "create", "twin")
    run("image", "create", "twin")
    done = run("image", "show", "twin")
    assert done.exit_code == 5
    assert done.err.startswith(
        "imagectl: More than one Image exists with the name 'twin'."
    )


def test_what_does_not_exist_is_not_found(run: Run) -> None:
    done = run("image", "show", "nope")
    assert (done.exit_code, done.out) == (4, "")
    assert done.err == "imagectl: No Image found for nope\n"


def test_the_size_is_shown_for_people(run: Run, qcow2: Path) -> None:
    run("image", "create", "a", "--file", qcow2)
    run("image", "create", "void")
    size = format_size(qcow2.stat().st_size)
    command = ("image", "show", "--human-readable", "-c", "size", "-f", "value")
    assert run(*command, "a").out == f"{size}\n"
    assert run(*command, "void").out == "None\n"


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1K"),
        (196_616, "196.6K"),
        (13_287_936, "13.3M"),
        (5_000_000_000, "5G"),
    ],
)
def test_sizes_read_as_with_openstack(size_bytes: int, shown: str) -> None:
    assert format_size(size_bytes) == shown


def test_long_shows_what_the_documents_do_not_know(run: Run) -> None:
    run("image", "create", "a")
    assert "os_hidden" not in run("image", "show", "a").out
    assert "| os_hidden " in run("image", "show", "a", "--long").out
    assert run("image", "show", "a", "-c", "os_hidden", "-f", "value").out == "False\n"
