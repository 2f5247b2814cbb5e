"""Images: the same command lines through `openstack` and `imagectl`.

`openstack` finds data in an empty standard input and stores it, so what has to be
queued is created by ours for both.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from examples.make_qcow2 import build_qcow2
from tests.contract.support.side_by_side import OWN, SideBySide

pytestmark = [pytest.mark.real, pytest.mark.reference]

# `openstack` writes three properties of its own into what it creates.
THEIRS = ("properties",)
NOPE = "no-such-image"


@pytest.fixture
def raw(tmp_path: Path) -> str:
    path = tmp_path / "data.raw"
    path.write_bytes(bytes(range(256)) * 400)
    return str(path)


@pytest.fixture
def active(both: SideBySide, raw: str) -> str:
    """An image with data for each program, by the program itself."""
    both.undo("image", "delete", OWN)
    both.undo("image", "set", OWN, "--unprotected")
    formats = ("--disk-format", "raw", "--container-format", "bare")
    both.show("image", "create", OWN, "--file", raw, *formats, but=THEIRS)
    return OWN


@pytest.fixture
def queued(both: SideBySide) -> str:
    both.undo("image", "delete", OWN)
    prepare(both, "image", "create", OWN)
    return OWN


def prepare(both: SideBySide, *argv: str) -> None:
    """Run this by ours, for both names."""
    for own in (both.reference.own, both.ours.own):
        done = both.ours.run(*(argument.replace(OWN, own) for argument in argv))
        assert done.exit_code == 0, done.err


def test_an_image_is_created_with_all_its_attributes(
    both: SideBySide, tmp_path: Path
) -> None:
    both.undo("image", "delete", OWN)
    both.undo("image", "set", OWN, "--unprotected")
    path = tmp_path / "small.qcow2"
    path.write_bytes(build_qcow2(virtual_size_bytes=1 << 20))
    options = (
        "--disk-format qcow2 --container-format bare --min-disk 2 --min-ram 64"
        " --community --protected --tag t --property a=b=c"
        " --project admin --project-domain default"
    )
    argv = ("image", "create", OWN, "--file", str(path), *options.split())
    created = both.show(*argv, but=THEIRS)
    assert (created["status"], created["virtual_size"]) == ("active", 1 << 20)
    both.show("image", "show", OWN, but=THEIRS)
    both.fail("image", "delete", OWN)
    both.show("image", "list", "--name", OWN, "--long")


def test_an_image_is_shown(both: SideBySide, active: str) -> None:
    both.show("image", "show", active, but=THEIRS)
    assert both.show("image", "show", active, "--human-readable", "-c", "size") == {
        "size": "102.4K"
    }
    both.fail("image", "show", NOPE)
    both.fail("image", "show", active, "-c", "colour")
    both.fail("image", "show")


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("--long",),
        ("--shared",),
        ("--status", "active"),
        ("--sort", "name:desc"),
        ("--sort", "created_at:asc"),
        ("--limit", "1"),
        ("--max-items", "1"),
        ("--project", "admin"),
        ("--member-status", "all"),
        ("-c", "Name", "-c", "Status"),
    ],
    ids=" ".join,
)
def test_a_listing(both: SideBySide, active: str, argv: tuple[str, ...]) -> None:
    (row,) = both.show("image", "list", "--name", active, *argv)
    assert row["Name"] == OWN


def test_a_listing_is_filtered(both: SideBySide, active: str) -> None:
    for argv in (("--private",), ("--status", "queued"), ("--project", "service")):
        assert both.show("image", "list", "--name", active, *argv) == []
    both.do("image", "set", active, "--hidden", "--tag", "x", "--property", "k=v")
    assert both.show("image", "list", "--name", active) == []
    found = ("image", "list", "--name", active, "--hidden")
    for argv in ((), ("--tag", "x"), ("--property", "k=v")):
        assert len(both.show(*found, *argv)) == 1
    for argv in (("--tag", "y"), ("--property", "k=w"), ("--tag", "x", "--tag", "y")):
        assert both.show(*found, *argv) == []
    assert both.show("image", "list", "--all", "--name", active) == []


@pytest.mark.parametrize(
    "argv",
    [
        ("--sort", "colour"),
        ("--project", "nobody"),
        ("--marker", NOPE),
        ("--limit", "-1"),
        ("--member-status", "odd"),
        ("--public", "--private"),
        ("--property", "novalue"),
        ("-c", "Colour"),
    ],
    ids=" ".join,
)
def test_a_refused_listing(both: SideBySide, argv: tuple[str, ...]) -> None:
    both.fail("image", "list", *argv)


def test_attributes_are_set_and_unset(both: SideBySide, queued: str) -> None:
    options = (
        "--min-disk 3 --min-ram 5 --community --disk-format vmdk"
        " --container-format ovf --property x/y=1 --os-distro debian"
        " --architecture x86_64 --instance-id i --tag t --tag u --protected --hidden"
    )
    both.do("image", "set", queued, *options.split())
    shown = both.show("image", "show", queued)
    assert (shown["min_disk"], shown["properties"]["os_hidden"]) == (3, True)
    both.do("image", "set", queued, "--unprotected", "--unhidden", "--private")
    both.do("image", "unset", queued, "--tag", "t", "--property", "os_distro")
    both.fail("image", "unset", queued, "--tag", "t", "--property", "x/y")
    both.fail("image", "unset", queued, "--property", "nix")
    both.show("image", "show", queued)
    both.do("image", "set", queued)
    both.do("image", "set", queued, "--project", "service")
    both.show("image", "show", queued)


def test_refused_changes(both: SideBySide, active: str) -> None:
    both.fail("image", "set", NOPE, "--min-disk", "1")
    both.fail("image", "set", active, "--disk-format", "qcow2")
    both.fail("image", "set", active, "--project", "nobody")
    both.fail("image", "set", active, "--property", "novalue")
    both.fail("image", "set", active, "--accept")
    both.fail("image", "set", active, "--public", "--private")
    both.fail("image", "unset", NOPE, "--tag", "t")
    both.show("image", "show", active, but=THEIRS)


def test_an_image_is_deactivated_and_activated(both: SideBySide, active: str) -> None:
    both.do("image", "set", active, "--deactivate")
    shown = both.show("image", "show", active, but=THEIRS)
    assert shown["status"] == "deactivated"
    both.do("image", "set", active, "--activate")
    assert both.show("image", "show", active, but=THEIRS)["status"] == "active"


def test_refused_creations(both: SideBySide, raw: str) -> None:
    both.undo("image", "delete", OWN)
    both.fail("image", "create", OWN, "--file", "/no/such/file")
    both.fail("image", "create", OWN, "--disk-format", "floppy")
    both.fail("image", "create", OWN, "--file", raw, "--project", "nobody")
    both.fail("image", "create", OWN, "--file", raw, "--id", "odd")
    both.fail("image", "create", OWN, "--public", "--private")


def test_images_are_deleted(both: SideBySide, active: str) -> None:
    both.fail("image", "delete", NOPE)
    both.fail("image", "delete", active, "--store", "nope")
    both.do("image", "delete", active)
    both.fail("image", "show", active)


def test_members(both: SideBySide, queued: str) -> None:
    member = ("image", "member")
    assert both.show(*member, "list", queued) == []
    both.show("image", "add", "project", queued, "service")
    both.fail("image", "add", "project", queued, "service")
    both.fail("image", "add", "project", queued, "nobody")
    both.fail("image", "add", "project", NOPE, "service")
    assert len(both.show(*member, "list", queued)) == 1
    project = json.loads(both.ours.run("project", "show", "service", "-f", "json").out)
    # `openstack` takes ids only here.
    shown = both.show(*member, "get", queued, project["id"])
    assert shown["status"] == "pending"
    both.fail(*member, "get", queued, "nobody")
    both.do("image", "set", queued, "--accept", "--project", "service")
    (row,) = both.show(*member, "list", queued)
    assert row["Status"] == "accepted"
    both.do("image", "set", queued, "--reject", "--project", "service")
    both.do("image", "remove", "project", queued, "service")
    assert both.show(*member, "list", queued) == []
    both.do("image", "set", queued, "--private")
    both.fail(*member, "list", queued)


def test_an_image_is_staged_and_imported(
    both: SideBySide, queued: str, raw: str
) -> None:
    both.fail("image", "import", queued)
    both.fail("image", "stage", queued, "--file", "/no/such/file")
    both.fail("image", "stage", NOPE, "--file", raw)
    both.do("image", "stage", queued, "--file", raw)
    shown = both.show("image", "show", queued)
    assert (shown["status"], shown["size"]) == ("uploading", 102_400)
    both.fail("image", "import", queued, "--method", "web-download")
    both.fail("image", "import", queued, "--uri", "http://127.0.0.1/x")
    both.fail("image", "import", queued, "--method", "copy-image")
    both.fail("image", "import", queued, "--store", "fast", "--all-stores")
    # What is shown meanwhile depends on how far the import is.
    both.do("image", "import", queued, "--store", "fast", "slow")
    for own in (both.reference.own, both.ours.own):
        rows = both.ours.run("image", "task", "list", "--image", own, "-f", "json").json
        assert [row["Type"] for row in rows] == ["api_image_import"]
    task = rows[0]["ID"]
    both.show("image", "task", "show", task, but=("properties", *CHANGING))
    options = "--sort-key created_at --sort-dir desc -c ID -c Type -c Owner"
    argv = ("image", "task", "list", *options.split())
    both.show(*argv, keep=lambda row: row["ID"] == task)


CHANGING = ("status", "message", "result", "updated_at", "expires_at")
"""What a task says only in the end."""


def test_tasks_that_are_not_there(both: SideBySide) -> None:
    both.fail("image", "task", "show", "no-such-task")
    both.fail("image", "task", "list", "--status", "odd")
    both.fail("image", "task", "list", "--type", "odd")
    both.fail("image", "task", "list", "--marker", "no-such-task")


def test_import_methods_and_stores_are_shown(both: SideBySide) -> None:
    both.show("image", "import", "info")
    both.show("image", "stores", "list")
    both.show("image", "stores", "list", "--detail")


def test_the_cache(both: SideBySide, active: str) -> None:
    listed = ("cached", "image", "list")
    ids = set()
    for own in (both.reference.own, both.ours.own):
        shown = both.ours.run("image", "show", own, "-f", "json").json
        ids.add(shown["id"])
    both.do("cached", "image", "queue", active)
    both.fail("cached", "image", "queue", NOPE)
    # Queued images are cached a moment later.
    untold = ("State", "Last Accessed (UTC)", "Last Modified (UTC)", "Size", "Hits")
    rows = both.show(*listed, but=untold, keep=lambda row: row["ID"] in ids)
    assert {row["ID"] for row in rows} == ids
    both.do("cached", "image", "delete", active)
    both.fail("cached", "image", "delete", NOPE)
    assert both.show(*listed, keep=lambda row: row["ID"] in ids) == []


@pytest.mark.fault(34)
@pytest.mark.parametrize(
    ("argv", "theirs", "ours"),
    [
        (("image", "show", NOPE), 1, 4),
        (("project", "show", NOPE), 1, 4),
        (("image", "list", "--marker", NOPE), 1, 4),
        (("--os-password", "wrong", "image", "list"), 1, 3),
        (("--os-project-name", NOPE, "image", "list"), 1, 3),
        (("--os-region-name", NOPE, "image", "list"), 1, 6),
        (("--os-auth-url", "http://127.0.0.1:1/v3", "image", "list"), 1, 6),
        (("--os-cloud", NOPE, "image", "list"), 1, 2),
        (("image", "list", "-c", NOPE), 1, 2),
        (("image", "list", "--nonsense"), 2, 2),
        (("image", "nonsense"), 2, 2),
        (("project", "create", "admin"), 1, 5),
        (("project", "delete", NOPE, f"{NOPE}2"), 1, 4),
        (("--os-cacert", "/nonexistent", "image", "list"), 0, 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_exit_codes_differ_as_the_page_says(
    both: SideBySide, argv: tuple[str, ...], theirs: int, ours: int
) -> None:
    assert both.reference.run(*argv).exit_code == theirs
    found = both.ours.run(*argv)
    assert found.exit_code == ours
    assert found.err.startswith("imagectl: ")


@pytest.mark.fault(34)
def test_records_have_more_keys_as_the_page_says(both: SideBySide, active: str) -> None:
    argv = ("image", "show", active, "-f", "json")
    theirs, ours = (side.run(*argv).json for side in (both.reference, both.ours))
    assert theirs.keys() - {"properties"} <= ours.keys()
    assert {"checksum", "size", "virtual_size"} <= ours.keys()
