"""``image task``: list, show and create."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Run
from tests.contract.support.elsewhere import serve_elsewhere


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud(allow_web_download=["127.0.0.1"]) as started:
        yield started


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with serve_elsewhere() as url:
        yield url


@pytest.fixture
def imported(run: Run, qcow2: Path) -> str:
    done = run("image", "create", "a", "--import", "--file", qcow2, "-f", "json")
    return str(done.json["id"])


def test_tasks_are_listed_and_shown(run: Run, imported: str) -> None:
    (row,) = run("image", "task", "list", "-f", "json").json
    assert set(row) == {"ID", "Type", "Status", "Owner"}
    assert (row["Type"], row["Status"]) == ("api_image_import", "success")
    shown = run("image", "task", "show", row["ID"], "-f", "json").json
    assert shown["result"] == {"image_id": imported}
    assert (shown["image_id"], shown["owner_id"]) == (imported, row["Owner"])
    assert "self" not in shown


def test_a_marker_among_the_tasks_of_an_image_is_refused(run: Run) -> None:
    refused = run("image", "task", "list", "--image", "a", "--marker", "t")
    message = "imagectl: --marker does not go with --image.\n"
    assert (refused.exit_code, refused.out, refused.err) == (2, "", message)


def test_the_tasks_of_an_image_are_listed(run: Run, imported: str, qcow2: Path) -> None:
    run("image", "create", "b", "--import", "--file", qcow2)
    rows = run("image", "task", "list", "--image", "a", "-f", "json").json
    assert len(rows) == 1
    task = run("image", "task", "show", rows[0]["ID"], "-f", "json").json
    assert task["image_id"] == imported
    listed = ("image", "task", "list", "--image", "a", "-f", "json")
    assert run(*listed, "--status", "failure").json == []
    assert run(*listed, "--limit", "0").json == []
    assert run(*listed, "--max-items", "0").json == []
    assert run(*listed, "--type", "import").json == []
    assert len(run("image", "task", "list", "--max-items", "1", "-f", "json").json) == 1


def test_tasks_are_filtered_sorted_and_limited_by_the_service(
    run: Run, cloud: MockCloud, imported: str, qcow2: Path
) -> None:
    run("image", "create", "b", "--import", "--file", qcow2)
    sort = ("--sort-key", "created_at", "--sort-dir", "asc", "--status", "success")
    rows = run("image", "task", "list", *sort, "--limit", "1", "-f", "json").json
    assert len(rows) == 1
    query = list(cloud.journal)[-1].query
    assert "sort_key=created_at&sort_dir=asc&status=success" in query
    rest = run("image", "task", "list", *sort, "--marker", rows[0]["ID"], "-f", "json")
    assert len(rest.json) == 1
    assert rest.json != rows


def test_an_unknown_task_is_not_found(run: Run) -> None:
    done = run("image", "task", "show", "nope")
    assert (done.exit_code, done.err) == (4, "imagectl: No Task found for nope\n")


def test_a_task_is_created_and_waited_for(run: Run, elsewhere: str) -> None:
    wanted = {
        "import_from": f"{elsewhere}/image",
        "import_from_format": "raw",
        "image_properties": {"disk_format": "raw", "container_format": "bare"},
    }
    create = ("image", "task", "create", "-f", "json", "--input")
    done = run(*create, json.dumps(wanted), "--wait")
    assert done.exit_code == 0, done.err
    assert (done.json["type"], done.json["status"]) == ("import", "success")
    wanted["import_from"] = f"{elsewhere}/gone"
    failed = run(*create, json.dumps(wanted), "--wait")
    assert failed.exit_code == 1
    assert " failed: " in failed.err
    started = run(*create, json.dumps(wanted))
    assert (started.exit_code, started.json["status"]) == (0, "pending")


def test_a_task_is_of_the_type_that_is_given(run: Run) -> None:
    done = run("image", "task", "create", "--type", "export", "--input", "{}")
    assert done.exit_code == 1
    assert "'export' is not one of ['import', " in done.err
    assert run("image", "task", "list", "-f", "json").json == []


@pytest.mark.parametrize("text", ["{", "[]", "x"])
def test_the_input_of_a_task_is_an_object(run: Run, text: str) -> None:
    done = run("image", "task", "create", "--input", text)
    assert done.exit_code == 2
    assert "is not a JSON object" in done.err
