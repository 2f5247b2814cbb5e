from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def shared(run: Run) -> str:
    image_id = str(run("image", "create", "a", "-f", "json").json["id"])
    assert run("image", "add", "project", "a", "service").exit_code == 0
    return image_id


def members(run: Run) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = run(
        "image", "member", "list", "a", "-f", "json"
    ).json
    return listed


def project(run: Run, name: str) -> str:
    return str(run("project", "show", name, "-f", "json").json["id"])


def test_an_image_is_shared_with_a_project_by_name(run: Run) -> None:
    image_id = run("image", "create", "a", "-f", "json").json["id"]
    made = run("image", "add", "project", "a", "service", "-f", "json").json
    assert set(made) == {
        "created_at",
        "image_id",
        "member_id",
        "schema",
        "status",
        "updated_at",
    }
    member_id = project(run, "service")
    assert (made["image_id"], made["member_id"]) == (image_id, member_id)
    assert made["status"] == "pending"
    assert members(run) == [
        {"Image ID": image_id, "Member ID": member_id, "Status": "pending"}
    ]


def test_names_of_members_are_resolved(run: Run, shared: str) -> None:
    done = run("image", "member", "get", "a", "service", "-f", "json")
    assert done.json["member_id"] == project(run, "service")


def test_an_unknown_project_is_no_blank_error_line(run: Run, shared: str) -> None:
    done = run("image", "add", "project", "a", "nobody")
    assert (done.exit_code, done.err) == (4, "imagectl: No Project found for nobody\n")


def test_a_project_that_is_no_member_is_not_removed_in_silence(
    run: Run, shared: str
) -> None:
    done = run("image", "remove", "project", "a", "admin", "service")
    assert done.exit_code == 4
    assert "(HTTP 404)" in done.err
    assert members(run) == []


def test_a_member_whose_project_is_gone_is_removed_by_id(run: Run, shared: str) -> None:
    short_lived = run("project", "create", "p", "-f", "json").json["id"]
    run("image", "add", "project", "a", "p")
    run("project", "delete", "p")
    assert run("image", "member", "get", "a", short_lived).exit_code == 0
    done = run("image", "remove", "project", "a", short_lived)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert [m["Member ID"] for m in members(run)] == [project(run, "service")]


def test_only_shared_images_have_members(run: Run) -> None:
    run("image", "create", "a", "--private")
    done = run("image", "add", "project", "a", "service")
    assert done.exit_code == 3
    assert "Not allowed to create members for image" in done.err
    listed = run("image", "member", "list", "a")
    assert listed.exit_code == 3
    assert "Only shared images have members." in listed.err


def test_a_project_is_shared_with_only_once(run: Run, shared: str) -> None:
    assert run("image", "add", "project", "a", "service").exit_code == 5


def test_a_member_decides_for_its_own_project(
    run: Run, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "create", "mia", "--password", "pw")
    run("role", "add", "--project", "service", "--user", "mia", "member")
    for name, value in (("USERNAME", "mia"), ("PASSWORD", "pw")):
        monkeypatch.setenv(f"OS_{name}", value)
    monkeypatch.setenv("OS_PROJECT_NAME", "service")
    done = run("image", "member", "set", "a", "--accept", "-f", "json")
    assert (done.exit_code, done.json["status"]) == (0, "accepted")
    listed = run("image", "list", "--member-status", "accepted", "-f", "json").json
    assert [row["ID"] for row in listed] == [shared]
    done = run("image", "member", "set", "a", "service", "--pending", "-f", "json")
    assert done.json["status"] == "pending"


def test_a_membership_is_set_to_something(run: Run, shared: str) -> None:
    assert run("image", "member", "set", "a", "service").exit_code == 2


def test_images_are_deactivated_and_reactivated(run: Run, qcow2: Path) -> None:
    for name in ("a", "b"):
        run("image", "create", name, "--file", qcow2)
    assert run("image", "deactivate", "a", "b").exit_code == 0
    row = ("image", "list", "-c", "Status", "-f", "value")
    assert run(*row).out == "deactivated\n" * 2
    assert run("image", "reactivate", "a", "b").exit_code == 0
    assert run(*row).out == "active\n" * 2


def test_a_refused_activation_is_not_swallowed(run: Run) -> None:
    run("image", "create", "queued")
    done = run("image", "deactivate", "queued", "nope")
    assert done.exit_code == 1
    assert "Not allowed to deactivate image in status 'queued'" in done.err
    assert "No Image found for nope" in done.err
