"""``image show``: names, ids, sizes, ``--long`` and several images at once."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
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


def test_an_unknown_image_is_not_found(run: Run) -> None:
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


@pytest.mark.fault("P18")
def test_the_virtual_size_is_shown_for_people_too(run: Run, qcow2: Path) -> None:
    run("image", "create", "a", "--file", qcow2)
    command = ("image", "show", "a", "--human", "-c", "virtual_size", "-f", "value")
    assert run(*command).out == f"{format_size(1 << 20)}\n"
    listed = ("image", "list", "--human", "-c", "Virtual Size", "-f", "value")
    assert run(*listed).out == run(*command).out


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


def test_several_images_are_a_list_for_programs(run: Run) -> None:
    for name in ("a", "b"):
        run("image", "create", name)
    columns = ("-c", "name", "-c", "status")
    done = run("image", "show", "a", "b", *columns, "-f", "json")
    assert done.json == [
        {"name": "a", "status": "queued"},
        {"name": "b", "status": "queued"},
    ]
    table = run("image", "show", "a", "b", *columns).out
    assert table.count("| Field ") == 2


def test_an_unknown_image_does_not_stop_the_others(run: Run) -> None:
    run("image", "create", "a")
    done = run("image", "show", "a", "nope", "-c", "name", "-f", "json")
    assert (done.exit_code, done.json) == (4, [{"name": "a"}])
    assert done.err.startswith("imagectl: No Image found for nope\n")
    assert run("image", "show", "no", "nope", "-f", "json").json == []


def on_terminal(*argv: str, **variables: str) -> str:
    """Return what a command line writes to a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "imagectl", *argv]
    environ = {**os.environ, "TERM": "xterm", **variables}
    subprocess.run(command, stdout=theirs, env=environ, check=True)
    os.close(theirs)
    try:
        return os.read(ours, 1 << 16).decode()
    finally:
        os.close(ours)


def test_a_status_has_colour_on_a_terminal_only(run: Run) -> None:
    run("image", "create", "a")
    for argv in (("show", "a"), ("list",)):
        assert "\033[33mqueued\033[0m" in on_terminal("image", *argv)
        assert "\033" not in on_terminal("image", *argv, NO_COLOR="1")
        assert "\033" not in on_terminal("image", *argv, "-f", "json")
        assert "\033" not in run("image", *argv).out
