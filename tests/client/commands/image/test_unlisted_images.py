"""Images by name that a plain listing leaves out: community and pending ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run
from tests.robustness.sizes import size

DATA = bytes(4096)
Guest = Callable[..., Outcome]


@pytest.fixture
def guest(run: Run) -> Guest:
    """Run `imagectl image ...` as a user of a project that owns nothing."""
    run("project", "create", "guests")
    run("user", "create", "guest", "--password", "pw")
    run("role", "add", "--user", "guest", "--project", "guests", "member")
    who = (
        "--os-username",
        "guest",
        "--os-password",
        "pw",
        "--os-project-name",
        "guests",
    )
    return lambda *argv: run(*who, "image", *argv)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    return path


def create(run: Run, data: Path, name: str, *options: str) -> str:
    made = run("image", "create", name, "--file", data, *options, "-f", "json")
    assert made.exit_code == 0, made.err
    return str(made.json["id"])


def share(run: Run, data: Path, name: str) -> str:
    image_id = create(run, data, name, "--shared")
    assert run("image", "add", "project", name, "guests").exit_code == 0
    return image_id


@pytest.mark.fault(35)
@pytest.mark.parametrize("kind", ["community", "hidden", "pending"])
def test_an_image_is_found_by_a_name_that_a_listing_shows(
    run: Run, guest: Guest, data: Path, tmp_path: Path, kind: str
) -> None:
    options = {"community": ["--community"], "hidden": ["--community", "--hidden"]}
    made = (
        share(run, data, "a [1]")
        if kind == "pending"
        else create(run, data, "a [1]", *options[kind])
    )
    assert guest("show", "a [1]", "-f", "json").json["id"] == made
    target = tmp_path / "copy"
    assert guest("save", "a [1]", "--file", target).exit_code == 0
    assert target.read_bytes() == DATA
    assert guest("list", "--marker", "a [1]").exit_code == 0


@pytest.mark.fault(35)
@pytest.mark.parametrize("verb", ["--accept", "--reject"][: size(1, 2)])
def test_a_membership_is_decided_by_name(
    run: Run, guest: Guest, data: Path, verb: str
) -> None:
    share(run, data, "a")
    assert guest("set", "a", verb).exit_code == 0
    assert guest("show", "a").exit_code == 0


@pytest.mark.fault(35)
def test_an_image_of_the_usual_listing_goes_first(
    run: Run, guest: Guest, data: Path
) -> None:
    share(run, data, "b")
    run("image", "set", "b", "--name", "a")
    ids = [create(run, data, "a", kind) for kind in ("--community", "--public")]
    assert guest("show", "a", "-f", "json").json["id"] == ids[-1]


@pytest.mark.fault(35)
def test_a_name_of_several_unlisted_images_is_ambiguous(
    run: Run, guest: Guest, data: Path, cases: Callable[[int], None]
) -> None:
    create(run, data, "a", "--community")
    share(run, data, "b")
    run("image", "set", "b", "--name", "a")
    for argv in (("show",), ("save",), ("delete",), ("set", "--tag", "t")):
        done = guest(*argv, "a")
        assert done.exit_code == 5
        assert "More than one Image exists with the name 'a'." in done.err
        cases(1)
    assert len(guest("list", "--community", "-f", "json").json) == 1


@pytest.mark.fault(35)
def test_a_strangers_community_image_is_not_deleted_by_name(
    run: Run, guest: Guest, data: Path
) -> None:
    made = guest("create", "a", "--file", data, "--community", "-f", "json")
    image_id = made.json["id"]
    for options in ((), ("--store", "fast")):
        done = run("image", "delete", "a", *options)
        assert done.exit_code == 5
        assert f"hint: to delete it, give its id: {image_id}" in done.err
    assert run("image", "show", image_id).exit_code == 0
    assert run("image", "delete", image_id).exit_code == 0


@pytest.mark.fault(35)
def test_ones_own_community_image_is_deleted_by_name(run: Run, data: Path) -> None:
    create(run, data, "a", "--community")
    assert run("image", "delete", "a").exit_code == 0


@pytest.mark.fault(35)
def test_a_name_that_nothing_has_is_still_not_found(run: Run, guest: Guest) -> None:
    for done in (run("image", "show", "nope"), guest("show", "nope")):
        assert (done.exit_code, done.err) == (4, "imagectl: No Image found for nope\n")
