"""``image delete``: several images, failures, and data in one store only."""

from __future__ import annotations

from mockserver.cloud import MockCloud
from tests.conftest import Run


def test_several_images_are_deleted_in_silence(run: Run) -> None:
    run("image", "create", "a")
    second = run("image", "create", "b", "-f", "json").json["id"]
    done = run("image", "delete", "a", second)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert run("image", "list", "-f", "json").json == []


def test_one_failure_does_not_stop_the_others(run: Run) -> None:
    run("image", "create", "a")
    run("image", "create", "kept", "--protected")
    done = run("image", "delete", "nope", "kept", "a")
    assert done.exit_code == 1
    lines = done.err.splitlines()
    assert lines[0] == "imagectl: No Image found for nope"
    assert "is protected and cannot be deleted. (HTTP 403)" in lines[1]
    assert lines[-1] == "imagectl: 2 of 3 failed"
    rows = run("image", "list", "-f", "json").json
    assert [row["Name"] for row in rows] == ["kept"]


def test_failures_of_one_kind_have_its_exit_code(run: Run) -> None:
    assert run("image", "delete", "nope", "neither").exit_code == 4


def test_a_store_loses_the_data_only(run: Run, cloud: MockCloud) -> None:
    image_id = run("image", "create", "a", "-f", "json").json["id"]
    run("image", "delete", "a", "--store", "fast")
    last = list(cloud.journal)[-1]
    assert (last.method, last.path) == ("DELETE", f"/v2/stores/fast/{image_id}")
    assert run("image", "show", "a").exit_code == 0
