from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.cloud import MockCloud
from tests.client.support.faulty_glance import FaultyGlance
from tests.client.support.scripted_glance import IMAGE_ID, Handler
from tests.conftest import Run


@pytest.fixture
def image(run: Run) -> str:
    return str(run("image", "create", "a", "--tag", "t1", "-f", "json").json["id"])


def shown(run: Run, image_id: str) -> dict[str, Any]:
    record: dict[str, Any] = run("image", "show", image_id, "-f", "json").json
    return record


def test_attributes_and_properties_are_changed_in_one_request(
    run: Run, cloud: MockCloud, image: str
) -> None:
    cloud.journal.clear()
    done = run(
        "image",
        "set",
        "a",
        "--name",
        "b",
        "--min-disk",
        "3",
        "--min-ram",
        "5",
        "--disk-format",
        "vmdk",
        "--container-format",
        "ovf",
        "--community",
        "--protected",
        "--hidden",
        "--property",
        "x/y=1",
        "--os-distro",
        "debian",
        "--tag",
        "t2",
        "--tag",
        "t1",
    )
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert [e.method for e in cloud.journal if e.service == "image"] == ["GET", "PATCH"]
    record = shown(run, image)
    assert record["name"] == "b"
    assert (record["min_disk"], record["min_ram"]) == (3, 5)
    assert (record["disk_format"], record["container_format"]) == ("vmdk", "ovf")
    assert record["visibility"] == "community"
    assert record["protected"] is record["os_hidden"] is True
    assert record["properties"]["x/y"] == "1"
    assert record["properties"]["os_distro"] == "debian"
    assert sorted(record["tags"]) == ["t1", "t2"]


def test_what_is_so_already_is_not_sent(
    run: Run, cloud: MockCloud, image: str, qcow2: Path
) -> None:
    run("image", "create", "b", "--file", qcow2, "--disk-format", "qcow2")
    cloud.journal.clear()
    # Glance refuses any disk format for an image that has data.
    assert run("image", "set", "b", "--disk-format", "qcow2").exit_code == 0
    assert "PATCH" not in [e.method for e in cloud.journal]


def test_a_property_is_replaced(run: Run, image: str) -> None:
    run("image", "set", image, "--property", "k=1")
    assert run("image", "set", image, "--property", "k=2").exit_code == 0
    assert shown(run, image)["properties"]["k"] == "2"


def test_the_owner_is_a_project_by_name(run: Run, image: str) -> None:
    project = run("project", "show", "service", "-f", "json").json["id"]
    assert run("image", "set", image, "--project", "service").exit_code == 0
    assert shown(run, image)["owner"] == project


def test_an_image_is_deactivated_and_activated(run: Run, qcow2: Path) -> None:
    run("image", "create", "b", "--file", qcow2)
    assert run("image", "set", "b", "--deactivate").exit_code == 0
    assert shown(run, "b")["status"] == "deactivated"
    assert run("image", "set", "b", "--activate").exit_code == 0
    assert shown(run, "b")["status"] == "active"


def test_a_status_that_cannot_change_is_an_error(run: Run, image: str) -> None:
    done = run("image", "set", image, "--deactivate")
    assert done.exit_code == 3
    assert "(HTTP 403)" in done.err


def test_a_membership_that_is_not_there_is_an_error(run: Run, image: str) -> None:
    done = run("image", "set", image, "--accept")
    assert done.exit_code == 4
    assert "(HTTP 404)" in done.err


def test_a_member_accepts_an_image_by_name(
    run: Run, cloud: MockCloud, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = run("project", "show", "service", "-f", "json").json["id"]
    requests.post(
        f"{cloud.image_url}/v2/images/{image}/members",
        json={"member": member},
        headers={"X-Auth-Token": run("token", "issue", "-f", "json").json["id"]},
        timeout=10,
    ).raise_for_status()
    run("user", "create", "mia", "--password", "pw")
    run("role", "add", "--project", "service", "--user", "mia", "member")
    for name, value in (("USERNAME", "mia"), ("PASSWORD", "pw")):
        monkeypatch.setenv(f"OS_{name}", value)
    monkeypatch.setenv("OS_PROJECT_NAME", "service")
    assert run("image", "list", "-f", "json").json == []
    assert run("image", "set", "a", "--accept").exit_code == 0
    assert [row["ID"] for row in run("image", "list", "-f", "json").json] == [image]
    assert run("image", "set", "a", "--reject", "--project", "service").exit_code == 0
    assert run("image", "list", "-f", "json").json == []


def test_a_refused_change_gives_the_services_reason(run: Run, qcow2: Path) -> None:
    run("image", "create", "b", "--file", qcow2, "--disk-format", "qcow2")
    done = run("image", "set", "b", "--disk-format", "raw")
    assert done.exit_code == 3
    assert "Attribute disk_format can be only replaced for a queued image." in done.err


@pytest.mark.parametrize("text", ["novalue", "=1"])
def test_a_property_is_a_key_and_a_value(run: Run, image: str, text: str) -> None:
    assert run("image", "set", image, "--property", text).exit_code == 2


def test_tags_and_properties_are_unset(run: Run, image: str) -> None:
    run("image", "set", image, "--property", "a/b=1", "--property", "k=2")
    done = run("image", "unset", image, "--tag", "t1", "--property", "a/b")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    record = shown(run, image)
    assert record["tags"] == []
    assert "a/b" not in record["properties"]
    assert record["properties"]["k"] == "2"


def test_what_is_not_set_does_not_keep_the_rest(run: Run, image: str) -> None:
    run("image", "set", image, "--property", "k=2")
    done = run(
        "image",
        "unset",
        image,
        "--tag",
        "no",
        "--tag",
        "t1",
        "--property",
        "nix",
        "--property",
        "k",
    )
    assert done.exit_code == 4
    assert "has no tag 'no'" in done.err
    assert "has no property 'nix'" in done.err
    record = shown(run, image)
    assert record["tags"] == []
    assert "k" not in record["properties"]


def test_several_images_are_changed_whatever_fails(run: Run, image: str) -> None:
    run("image", "create", "b")
    done = run("image", "set", image, "nope", "b", "--property", "k=1", "--tag", "x")
    assert done.exit_code == 4
    assert done.err == ("imagectl: No Image found for nope\nimagectl: 1 of 3 failed\n")
    for name in ("a", "b"):
        assert shown(run, name)["properties"]["k"] == "1"
        assert "x" in shown(run, name)["tags"]


def test_several_images_are_not_given_one_name(run: Run, image: str) -> None:
    run("image", "create", "b")
    assert run("image", "set", "a", "b", "--name", "c").exit_code == 2
    assert shown(run, "b")["name"] == "b"


def test_a_tag_with_a_slash_is_unset(run: Run, image: str) -> None:
    run("image", "set", image, "--tag", "x/y")
    assert run("image", "unset", image, "--tag", "x/y").exit_code == 0
    assert shown(run, image)["tags"] == ["t1"]


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--architecture", "architecture"),
        ("--instance-id", "instance_id"),
        ("--kernel-id", "kernel_id"),
        ("--os-distro", "os_distro"),
        ("--os-version", "os_version"),
        ("--ramdisk-id", "ramdisk_id"),
    ],
)
def test_a_well_known_property_has_an_option(
    run: Run, image: str, option: str, name: str
) -> None:
    assert run("image", "set", image, option, IMAGE_ID).exit_code == 0
    assert shown(run, image)["properties"][name] == IMAGE_ID


def test_the_membership_of_a_project_is_set(run: Run, image: str) -> None:
    run("image", "add", "project", image, "service")
    get = ("image", "member", "get", image, "service", "-f", "value", "-c", "status")
    for option, status in (
        ("--accept", "accepted"),
        ("--reject", "rejected"),
        ("--pending", "pending"),
    ):
        done = run("image", "set", image, "--project", "service", option)
        assert (done.exit_code, done.err) == (0, "")
        assert run(*get).out == f"{status}\n"


def test_an_instance_is_given_by_its_older_name(run: Run, image: str) -> None:
    run("image", "set", image, "--instance-uuid", "i-1")
    assert shown(run, image)["properties"]["instance_id"] == "i-1"


def test_the_data_of_a_queued_image_can_be_stored_later(run: Run, qcow2: Path) -> None:
    run("image", "create", "later")
    options = ("--disk-format", "qcow2", "--property", "a=1", "--store", "slow")
    done = run("image", "set", "later", "--file", qcow2, *options)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    shown = run("image", "show", "later", "-f", "json").json
    assert (shown["status"], shown["disk_format"]) == ("active", "qcow2")
    assert (shown["size"], shown["stores"]) == (qcow2.stat().st_size, "slow")
    again = run("image", "set", "later", "--file", qcow2)
    assert again.exit_code == 5
    assert again.err == f"imagectl: Image {shown['id']} is active: it takes no data.\n"


@pytest.mark.parametrize("option", ["--store", "--size"])
def test_where_and_how_large_is_said_of_data_only(run: Run, option: str) -> None:
    run("image", "create", "later")
    assert run("image", "set", "later", option, "1").exit_code == 2


def test_data_that_is_not_of_the_images_format_is_not_stored(
    run: Run, qcow2: Path
) -> None:
    run("image", "create", "later", "--disk-format", "vmdk")
    assert run("image", "set", "later", "--file", qcow2).exit_code == 7
    assert run("image", "show", "later", "-f", "json").json["status"] == "queued"


def test_nobody_gets_data_that_was_stored_wrong(
    run_anonymous: Run, qcow2: Path
) -> None:
    with FaultyGlance().serving() as glance:
        assert isinstance(glance, FaultyGlance)

        def store_wrong(request: Handler) -> None:
            glance.hold(request.take_body() + b"!")
            request.answer(204)

        glance.faults = [store_wrong]
        done = run_anonymous(*glance.options, "image", "set", IMAGE_ID, "--file", qcow2)
    assert done.exit_code == 7
    assert f"hint: image {IMAGE_ID} was deactivated; delete it" in done.err
    assert glance.seen[-1] == f"POST /v2/images/{IMAGE_ID}/actions/deactivate"
