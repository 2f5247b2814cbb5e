"""``image copy``: from one mock cloud to another, with failures on either side."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from imagectl.http.retries import LIMIT
from mockserver.cloud import MockCloud
from mockserver.storage.image_members import list_members
from tests.client.support.faulty_glance import FaultyGlance
from tests.client.support.scripted_glance import IMAGE_ID, Handler, ScriptedGlance
from tests.client.support.two_clouds import (
    TwoClouds,
    describe_clouds,
    entry,
    open_two,
    stored_path,
)
from tests.conftest import Run

DATA = os.urandom(3 << 20) + b"end"
CARRIED = (
    "name",
    "size",
    "checksum",
    "os_hash_value",
    "disk_format",
    "container_format",
    "min_disk",
    "min_ram",
    "visibility",
    "protected",
    "tags",
)


@pytest.fixture
def clouds(
    run_anonymous: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TwoClouds]:
    monkeypatch.setenv("OS_CLOUD", "here")
    with open_two(run_anonymous, home) as two:
        yield two


@pytest.fixture
def glance() -> Iterator[ScriptedGlance]:
    with ScriptedGlance().serving() as scripted:
        yield scripted


def results(outcome: Any) -> dict[str, str]:
    return {row["Name"]: row["Result"] for row in outcome.json}


def test_a_copy_is_the_image_with_all_that_describes_it(clouds: TwoClouds) -> None:
    options = (
        "--public --protected --min-ram 512 --min-disk 1"
        " --property os_distro=debian --tag lts --tag x86"
    )
    image = clouds.create("a", DATA, *options.split())
    done = clouds.copy("a")
    copy = clouds.show("a", "there")
    assert (done.exit_code, done.err) == (0, "")
    assert done.json == [
        {
            "Name": "a",
            "ID": image["id"],
            "Copy ID": copy["id"],
            "Size": len(DATA),
            "Result": "copied",
        }
    ]
    assert {key: copy[key] for key in CARRIED} == {key: image[key] for key in CARRIED}
    assert copy["properties"]["os_distro"] == "debian"
    assert copy["id"] != image["id"]
    assert stored_path(clouds.there, copy["id"]).read_bytes() == DATA


def test_an_image_that_is_there_is_not_copied_again(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    first = clouds.copy("a")
    again = clouds.copy("a")
    assert results(again) == {"a": "exists"}
    assert again.json[0]["Copy ID"] == first.json[0]["Copy ID"]
    assert len(clouds.list_there()) == 1


def test_a_dry_run_says_what_would_be_copied(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    clouds.copy("a")
    clouds.create("b", DATA)
    planned = clouds.copy("--all", "--dry-run")
    assert results(planned) == {"a": "exists", "b": "planned"}
    assert len(clouds.list_there()) == 1


def test_a_hidden_copy_is_there_too(clouds: TwoClouds) -> None:
    clouds.create("a", DATA, "--hidden")
    assert results(clouds.copy("a")) == results(clouds.copy("a")) | {"a": "copied"}
    assert len(clouds.list_there()) == 1


def test_the_same_data_under_another_name_is_another_image(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    clouds.copy("a")
    assert results(clouds.copy("a", "--name", "b")) == {"a": "copied"}
    assert {image["Name"] for image in clouds.list_there()} == {"a", "b"}


def test_the_same_name_with_other_data_is_another_image(clouds: TwoClouds) -> None:
    first = clouds.create("a", DATA)
    clouds.copy("a")
    clouds.run("image", "delete", first["id"])
    clouds.create("a", DATA[::-1])
    assert results(clouds.copy("a")) == {"a": "copied"}
    assert len(clouds.list_there()) == 2


def test_update_carries_what_has_changed_since(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    clouds.copy("a")
    clouds.run("image", "set", "a", "--property", "os_version=13", "--tag", "new")
    assert results(clouds.copy("a")) == {"a": "exists"}
    assert results(clouds.copy("a", "--update")) == {"a": "updated"}
    assert results(clouds.copy("a", "--update")) == {"a": "exists"}
    copy = clouds.show("a", "there")
    assert (copy["properties"]["os_version"], copy["tags"]) == ("13", ["new"])


def test_patterns_and_names_choose_each_image_once(clouds: TwoClouds) -> None:
    for name in ("ubuntu-22", "ubuntu-24", "debian-13", "left"):
        clouds.create(name, name.encode(), "--disk-format", "raw")
    done = clouds.copy("ubuntu-*", "debian-1?", "ubuntu-24")
    copied = dict.fromkeys(("ubuntu-22", "ubuntu-24", "debian-13"), "copied")
    assert results(done) == copied
    assert len(done.json) == 3


def test_all_copies_what_holds_data(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    clouds.create("b", DATA)
    clouds.run("image", "create", "empty")
    assert results(clouds.copy("--all")) == {"a": "copied", "b": "copied"}


def test_a_name_with_brackets_is_found_as_it_stands(clouds: TwoClouds) -> None:
    clouds.create("a [old]", DATA)
    clouds.create("a [new]", DATA)
    assert results(clouds.copy("a [o*")) == {"a [old]": "copied"}
    assert results(clouds.copy("a [new]")) == {"a [new]": "copied"}


def test_the_copy_may_keep_the_id_and_change_its_visibility(clouds: TwoClouds) -> None:
    image = clouds.create("a", DATA, "--property", "kernel_id=k", "--property", "x=y")
    clouds.copy("a", "--keep-id", "--community", "--without-property", "x")
    copy = clouds.show(image["id"], "there")
    assert copy["visibility"] == "community"
    assert copy["properties"]["kernel_id"] == "k"
    assert "x" not in copy["properties"]


def test_the_copy_belongs_to_the_project_that_is_named(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    made = clouds.run("--os-cloud", "there", "project", "create", "p", "-f", "json")
    assert results(clouds.copy("a", "--project", "p")) == {"a": "copied"}
    assert clouds.show("a", "there")["owner"] == made.json["id"]
    assert results(clouds.copy("a", "--project", "p")) == {"a": "exists"}


def share(clouds: TwoClouds, project: str) -> None:
    """Let a project of the first cloud be a member of its image ``a``."""
    made = clouds.run("project", "create", project, "-f", "json")
    token = clouds.run("token", "issue", "-f", "value", "-c", "id").out.strip()
    image_id = clouds.show("a")["id"]
    requests.post(
        f"{clouds.here.image_url}/v2/images/{image_id}/members",
        json={"member": made.json["id"]},
        headers={"X-Auth-Token": token},
    ).raise_for_status()


def members_there(clouds: TwoClouds) -> list[str]:
    copy_id = clouds.show("a", "there")["id"]
    with clouds.there.state.database.read() as db:
        return [member["member_id"] for member in list_members(db, copy_id)]


def test_members_are_the_projects_of_the_same_name(clouds: TwoClouds) -> None:
    clouds.create("a", DATA, "--shared")
    share(clouds, "tenant")
    made = clouds.run("--os-cloud", "there", "project", "create", "tenant", "-fjson")
    assert results(clouds.copy("a")) == {"a": "copied"}
    assert members_there(clouds) == []
    assert results(clouds.copy("a", "--members")) == {"a": "updated"}
    assert results(clouds.copy("a", "--members")) == {"a": "exists"}
    assert members_there(clouds) == [made.json["id"]]


def test_a_member_that_is_nobody_there_stops_the_copy_first(clouds: TwoClouds) -> None:
    clouds.create("a", DATA, "--shared")
    share(clouds, "tenant")
    done = clouds.copy("a", "--members")
    assert (done.exit_code, done.err) == (4, "imagectl: No Project found for tenant\n")
    assert clouds.list_there() == []


def test_wrong_data_is_never_whole_at_the_target(clouds: TwoClouds) -> None:
    image = clouds.create("a", DATA, "--protected")
    stored_path(clouds.here, image["id"]).write_bytes(DATA[:-1] + b"?")
    done = clouds.copy("a")
    assert done.exit_code == 7
    assert results(done) == {"a": "failed"}
    assert done.err.startswith(f"imagectl: The data of image {image['id']} did not")
    assert "was deleted again" in done.err
    assert clouds.list_there() == []


@pytest.mark.parametrize("kept", [0, 1, 1 << 20, len(DATA) - 1])
def test_a_source_that_breaks_off_leaves_nothing(clouds: TwoClouds, kept: int) -> None:
    image = clouds.create("a", DATA)
    os.truncate(stored_path(clouds.here, image["id"]), kept)
    done = clouds.copy("a")
    assert (done.exit_code, clouds.list_there()) == (6, [])
    assert f"The data of image {image['id']} cannot be read" in done.err
    asked = [one for one in clouds.here.journal if one.path.endswith("/file")]
    tries = [one for one in asked if one.method == "GET"]
    assert len(tries) == 1 + LIMIT
    sent = [one for one in clouds.there.journal if one.path.endswith("/file")]
    assert len(sent) <= 1


def faulty_source(clouds: TwoClouds, home: Path) -> FaultyGlance:
    """Put a Glance of one image before the first cloud, whose exchanges may fail."""
    glance = FaultyGlance()
    formats = {"disk_format": "raw", "container_format": "bare"}
    glance.record |= {"visibility": "private", **formats}
    glance.hold(DATA)
    here = {"auth_type": "none", "auth": {"endpoint": glance.url}}
    describe_clouds(home, here=here, there=entry(clouds.there))
    return glance


def test_a_connection_that_is_lost_once_is_taken_up_again(
    clouds: TwoClouds, home: Path
) -> None:
    glance = faulty_source(clouds, home)

    def send_half(request: Handler) -> None:
        glance.send(request, most=len(DATA) // 2)
        request.close_connection = True

    glance.faults = [send_half]
    with glance.serving():
        done = clouds.copy(IMAGE_ID)
    assert (done.exit_code, results(done)) == (0, {"odd": "copied"})
    assert glance.ranges == [None, f"bytes={len(DATA) // 2}-"]
    copy_id = done.json[0]["Copy ID"]
    assert stored_path(clouds.there, copy_id).read_bytes() == DATA


def test_an_image_whose_data_is_lost_is_not_begun(clouds: TwoClouds) -> None:
    image = clouds.create("a", DATA)
    stored_path(clouds.here, image["id"]).unlink()
    done = clouds.copy("a")
    assert (done.exit_code, clouds.list_there()) == (1, [])
    assert "holds no data" in done.err


def test_one_failure_does_not_stop_the_others(clouds: TwoClouds) -> None:
    bad = clouds.create("a", DATA)
    clouds.create("b", DATA)
    stored_path(clouds.here, bad["id"]).write_bytes(bytes(len(DATA)))
    done = clouds.copy("nope", "a", "b")
    assert done.exit_code == 1
    assert results(done) == {"a": "failed", "b": "copied"}
    assert "No Image found for nope" in done.err
    assert "1 of 2 failed" in done.err


def test_a_target_that_stored_something_else_is_found_out(
    clouds: TwoClouds, glance: ScriptedGlance, home: Path
) -> None:
    def lie(request: Handler) -> None:
        request.take_body()
        glance.record |= {"status": "active", "size": len(DATA), "checksum": "0" * 32}
        request.answer(204)

    def say_nothing_matches(request: Handler) -> None:
        is_listing = "?" in request.path
        request.answer(200, {"images": []} if is_listing else glance.record)

    glance.on = {"PUT": lie, "GET": say_nothing_matches}
    there = {"auth_type": "none", "auth": {"endpoint": glance.url}}
    describe_clouds(home, here=entry(clouds.here), there=there)
    clouds.create("a", DATA)
    done = clouds.copy("a")
    assert done.exit_code == 7
    assert glance.seen[-1] == f"DELETE /v2/images/{glance.record['id']}"


def test_a_target_that_hangs_up_is_told_of(
    clouds: TwoClouds, glance: ScriptedGlance, home: Path
) -> None:
    def hang_up(request: Handler) -> None:
        request.rfile.read(1 << 16)
        request.close_connection = True
        request.connection.close()

    def say_nothing_matches(request: Handler) -> None:
        request.answer(200, {"images": []} if "?" in request.path else glance.record)

    glance.on = {"PUT": hang_up, "GET": say_nothing_matches}
    there = {"auth_type": "none", "auth": {"endpoint": glance.url}}
    describe_clouds(home, here=entry(clouds.here), there=there)
    clouds.create("a", DATA)
    done = clouds.copy("a")
    assert (done.exit_code, results(done)) == (6, {"a": "failed"})
    assert glance.seen[-1].startswith("DELETE ")


def test_ctrl_c_leaves_nothing_at_the_target(clouds: TwoClouds, home: Path) -> None:
    is_half_sent, may_end = threading.Event(), threading.Event()
    glance = faulty_source(clouds, home)

    def send_half_and_wait(request: Handler) -> None:
        glance.send(request, most=len(DATA) // 2)
        creation = ("POST", "/v2/images")
        while creation not in ((e.method, e.path) for e in clouds.there.journal):
            may_end.wait(0.01)
        is_half_sent.set()
        may_end.wait(30)

    glance.faults = [send_half_and_wait]
    argv = ("image", "copy", IMAGE_ID, "--to-cloud", "there")
    with glance.serving():
        copying = subprocess.Popen(
            [sys.executable, "-m", "imagectl", *argv],
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert is_half_sent.wait(30)
        copying.send_signal(signal.SIGINT)
        _, err = copying.communicate(timeout=30)
        may_end.set()
    assert copying.returncode == 130
    assert b"was deleted again" in err
    assert clouds.list_there() == []


def test_an_image_without_data_cannot_be_copied(clouds: TwoClouds) -> None:
    clouds.run("image", "create", "a")
    done = clouds.copy("a")
    assert done.exit_code == 5
    assert "is queued; only an active one has data to copy" in done.err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("a", "--all"), "Either name images or give --all."),
        ((), "Either name images or give --all."),
        (("*", "--name", "c"), "--name is for one image, not for 2."),
    ],
    ids=str,
)
def test_a_command_line_that_makes_no_sense(
    clouds: TwoClouds, argv: tuple[str, ...], message: str
) -> None:
    clouds.create("a", DATA)
    clouds.create("b", DATA)
    done = clouds.copy(*argv)
    assert (done.exit_code, done.err) == (2, f"imagectl: {message}\n")


def test_the_target_has_to_be_said(clouds: TwoClouds) -> None:
    done = clouds.run("image", "copy", "a")
    assert done.exit_code == 2
    assert done.err == (
        "imagectl: Where to copy to is said by --to-cloud or --to-region.\n"
    )


def test_an_unknown_cloud_is_named_with_those_there_are(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    done = clouds.run("image", "copy", "a", "--to-cloud", "nowhere")
    assert done.exit_code == 2
    assert "imagectl: Cloud nowhere was not found.\n" in done.err
    assert "here, there" in done.err


def test_variables_of_the_source_are_ignored_at_the_target(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    clouds.create("a", DATA)
    monkeypatch.delenv("OS_CLOUD")
    for name, value in entry(clouds.here)["auth"].items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    assert results(clouds.copy("a")) == {"a": "copied"}
    assert [image["Name"] for image in clouds.list_there()] == ["a"]


def test_a_region_of_the_same_cloud_can_be_the_target(
    clouds: TwoClouds, home: Path
) -> None:
    one_cloud = {k: v for k, v in entry(clouds.here).items() if k != "region_name"}
    describe_clouds(home, here=one_cloud)
    clouds.create("a", DATA, "--shared")
    share(clouds, "tenant")
    with MockCloud(
        identity_url=clouds.here.identity_url,
        service_username=clouds.here.username,
        service_password=clouds.here.password,
        service_project_name=clouds.here.project_name,
    ) as far:
        clouds.run("region", "create", "Far")
        clouds.run(
            "endpoint", "create", "--region", "Far", "image", "public", far.image_url
        )
        argv = ("image", "copy", "a", "--to-region", "Far", "--members", "-f", "json")
        done = clouds.run(*argv)
        assert (done.err, results(done)) == ("", {"a": "copied"})
        assert results(clouds.run(*argv)) == {"a": "exists"}
        assert stored_path(far, done.json[0]["Copy ID"]).read_bytes() == DATA


def test_an_unknown_region_is_told_of_once(clouds: TwoClouds) -> None:
    clouds.create("a", DATA)
    clouds.create("b", DATA)
    done = clouds.run("image", "copy", "--all", "--to-region", "Elsewhere")
    assert done.exit_code == 2
    assert done.err == (
        "imagectl: Region Elsewhere is not a valid region name for cloud here."
        " Valid choices are RegionOne.\n"
    )


@pytest.mark.fault(7)
def test_a_copy_whose_row_is_lost_is_named(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    clouds.create("a", DATA)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", None)
        done = clouds.copy("a")
    [copy] = clouds.list_there()
    assert done.exit_code == 74
    assert done.err.endswith(f"it is closed; image {copy['ID']} was created\n")
