"""Options in pairs such as ``--enable`` and ``--disable``, on create and on set."""

from __future__ import annotations

import pytest

from tests.client.support.identity import create
from tests.conftest import Run

ENDPOINT = ("endpoint", "create", "glance", "public", "http://a.b")


@pytest.mark.parametrize(
    ("made", "noun"),
    [
        (("domain", "create", "x"), "domain"),
        (ENDPOINT, "endpoint"),
        (("project", "create", "x"), "project"),
        (("service", "create", "--name", "x", "y"), "service"),
        (("user", "create", "--password=x", "x"), "user"),
    ],
    ids=["domain create", "endpoint create", "project create", "service", "user"],
)
def test_set_enables_and_disables(run: Run, made: tuple[str, ...], noun: str) -> None:
    record = run(*made, "--disable", "-f", "json").json
    assert record["enabled"] is False
    for option, is_enabled in (("--enable", True), ("--disable", False)):
        assert run(noun, "set", record["id"], option).exit_code == 0
        shown = run(noun, "show", record["id"], "-f", "json").json
        assert shown["enabled"] is is_enabled


@pytest.mark.parametrize(
    "line",
    [
        "domain create --enable x",
        "endpoint create --enable glance public http://a.b",
        "project create --enable x",
        "service create --enable y",
        "user create --enable --password=x x",
    ],
)
def test_create_takes_enable_or_disable_and_not_both(run: Run, line: str) -> None:
    assert run(*line.split(), "-f", "json").json["enabled"] is True
    both = run(*line.split(), "--disable")
    assert (both.exit_code, both.out) == (2, "")


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "later"])
def test_image_set_reverses_protected_and_hidden(run: Run, is_first: bool) -> None:
    options = {True: ("--protected", "--hidden"), False: ("--unprotected",)}
    image_id = create(run, "image", "a", *options[is_first])
    later = ("--unprotected", "--unhidden") if is_first else ("--protected", "--hidden")
    shown = run("image", "show", image_id, "-f", "json").json
    assert shown["protected"] is shown["os_hidden"] is is_first
    assert run("image", "set", image_id, *later).exit_code == 0
    shown = run("image", "show", image_id, "-f", "json").json
    assert shown["protected"] is shown["os_hidden"] is (not is_first)


@pytest.mark.parametrize("visibility", ["public", "private", "shared", "community"])
def test_every_visibility_can_be_created_set_and_listed(
    run: Run, visibility: str
) -> None:
    others = {"public", "private", "shared", "community"} - {visibility}
    for other in others:
        run("image", "create", other, f"--{other}")
    run("image", "create", "made", f"--{visibility}")
    run("image", "create", "set", f"--{min(others)}")
    assert run("image", "set", "set", f"--{visibility}").exit_code == 0
    listed = run("image", "list", f"--{visibility}", "-f", "value", "-c", "Name")
    assert listed.out.split() == ["made", "set"]
