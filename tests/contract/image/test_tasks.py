"""/v2/tasks and /v2/images/{id}/tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, glance_error, glance_forbidden
from tests.contract.support.callers import Caller, unique
from tests.contract.support.elsewhere import DATA, FORBIDDEN, serve_elsewhere
from tests.contract.support.imports import WAIT_LIMIT_S, finish_import, stage

NO_TASK = "11111111-2222-3333-4444-555555555555"
NOT_DELETED = (
    "This operation is currently not permitted on Glance Tasks. They are auto deleted"
    " after reaching the time based on their expires_at property."
)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with serve_elsewhere() as url:
        yield url


@pytest.fixture
def task_id(admin: Caller, make_image: Make) -> str:
    image_id = make_image(disk_format="raw", container_format="bare")["id"]
    stage(admin, image_id, DATA)
    _, task = finish_import(admin, image_id, "glance-direct")
    return str(task["id"])


def begin_task(caller: Caller, given: Any, kind: str = "import") -> Any:
    return caller.image("POST", "/tasks", json={"type": kind, "input": given})


def end_of(caller: Caller, task_id: str) -> dict[str, Any]:
    """Ask until a task has ended."""
    for _ in range(100 * WAIT_LIMIT_S):
        task: dict[str, Any] = caller.image("GET", f"/tasks/{task_id}").json()
        if task["status"] in ("success", "failure"):
            return task
    raise AssertionError(f"the task {task_id} does not end")


def test_tasks_are_listed_latest_first(admin: Caller, task_id: str) -> None:
    document = admin.image("GET", "/tasks?limit=1").json()
    assert document.keys() == {"tasks", "first", "next", "schema"}
    [task] = document["tasks"]
    keys = {"id", "type", "status", "owner", "created_at", "updated_at", "expires_at"}
    assert task.keys() == keys | {"self", "schema"}
    assert task["id"] == task_id
    assert document["first"] == "/v2/tasks?limit=1"
    assert document["next"] == f"/v2/tasks?limit=1&marker={task_id}"
    assert document["schema"] == "/v2/schemas/tasks"


@pytest.mark.parametrize("sort", ["", "&sort_dir=asc", "&sort_key=status"])
def test_pages_of_tasks_follow_each_other(
    admin: Caller, make_image: Make, sort: str
) -> None:
    image_id = make_image(disk_format="qcow2", container_format="bare")["id"]
    for store in ("fast", "web"):
        stage(admin, image_id, DATA)
        wishes: dict[str, Any] = {"all_stores_must_succeed": False}
        finish_import(admin, image_id, "glance-direct", stores=[store], **wishes)
    query = f"/tasks?owner={admin.project_id}{sort}"
    both = admin.image("GET", f"{query}&limit=2").json()["tasks"]
    assert len(both) == 2
    page = admin.image("GET", f"{query}&limit=1&marker={both[0]['id']}").json()
    assert page["tasks"] == both[1:]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=x", "limit param must be an integer"),
        ("limit=-1", "limit param must be positive"),
        ("marker=x", "Invalid marker format"),
        (
            f"marker={NO_TASK}",
            f"Task with the given id {NO_TASK} was not found",
        ),
        ("sort_key=x", "Sort key supplied was not valid."),
        ("sort_dir=x", "Invalid sort direction: x"),
        ("status=x", "Invalid status value: x"),
        ("type=api_image_import", "Invalid type value: api_image_import"),
    ],
)
def test_a_bad_query_for_tasks_says_why(
    admin: Caller, query: str, message: str
) -> None:
    answer = admin.image("GET", f"/tasks?{query}")
    assert answer_of(answer) == glance_error(400, message)


def test_tasks_are_filtered(admin: Caller, task_id: str) -> None:
    answer = admin.image("GET", f"/tasks?owner={unique('nobody')}").json()
    assert answer["tasks"] == []
    answer = admin.image("GET", "/tasks?status=success&limit=1000&unknown=1").json()
    assert task_id in [task["id"] for task in answer["tasks"]]
    assert {task["status"] for task in answer["tasks"]} == {"success"}


def test_a_task_is_not_deleted(admin: Caller, task_id: str) -> None:
    for one in (task_id, NO_TASK):
        answer = admin.image("DELETE", f"/tasks/{one}")
        body = {"message": NOT_DELETED, "code": "405 Method Not Allowed"}
        assert answer_of(answer) == (405, {**body, "title": "Method Not Allowed"})
        assert answer.headers["Allow"] == "GET"


def test_an_unknown_task_is_not_found(admin: Caller) -> None:
    answer = admin.image("GET", f"/tasks/{NO_TASK}")
    assert answer_of(answer) == glance_error(404, f"Could not find task {NO_TASK}")


def test_tasks_are_for_administrators(member: Caller, make_image: Make) -> None:
    answers = (
        member.image("GET", "/tasks"),
        member.image("GET", f"/tasks/{NO_TASK}"),
        member.image("DELETE", f"/tasks/{NO_TASK}"),
        begin_task(member, {}),
    )
    for answer in answers:
        assert answer_of(answer) == glance_forbidden("tasks_api_access")
    image_id = make_image(by=member)["id"]
    answer = member.image("GET", f"/images/{image_id}/tasks")
    assert answer_of(answer) == (200, {"tasks": []})


def test_an_unknown_image_has_no_tasks(admin: Caller) -> None:
    answer = admin.image("GET", "/images/nope/tasks")
    assert answer_of(answer) == glance_error(404, "The resource could not be found.")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Task 'type' is required"),
        ({"type": "import"}, "Task 'input' is required"),
        ({"type": "import", "input": {}}, "Invalid location: None"),
        (
            {"type": "import", "input": {"import_from": "file:///x"}},
            "File based imports are not allowed. Please use a non-local source of"
            " image data.",
        ),
        (
            {"type": "import", "input": {"import_from": "swift://x"}},
            "The given uri is not valid. Please specify a valid uri from the following"
            " list of supported uri ['http']",
        ),
        (
            {"type": "import", "input": {"import_from": FORBIDDEN}},
            f"URI for legacy import task does not pass filtering: {FORBIDDEN}",
        ),
    ],
)
def test_a_bad_task_says_why(admin: Caller, body: dict[str, Any], message: str) -> None:
    answer = admin.image("POST", "/tasks", json=body)
    assert answer_of(answer) == glance_error(400, message)


def test_a_task_follows_the_schema(admin: Caller) -> None:
    answer = begin_task(admin, {}, kind="x")
    assert answer.status_code == 400
    start = "Provided object does not match schema 'task': 'x' is not one of ['import',"
    message = answer.json()["message"]
    assert message.startswith(start)
    quoted = [message.index(f"'{key}': ") for key in ("description", "enum", "type")]
    assert quoted == sorted(quoted)


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("api_image_import", {}, "Input to api_image_import task is empty."),
        ("location_import", {}, "Input to location_import task is empty."),
        (
            "api_image_import",
            {"image_id": NO_TASK},
            "Task failed due to Internal Error",
        ),
    ],
)
def test_a_task_of_another_kind_fails(
    admin: Caller, kind: str, given: dict[str, Any], message: str
) -> None:
    answer = begin_task(admin, given, kind=kind)
    assert answer.status_code == 201
    task = answer.json()
    assert task.items() >= {"status": "pending", "message": "", "result": None}.items()
    assert "expires_at" not in task
    assert answer.headers["Location"].endswith(f"/v2/tasks/{task['id']}")
    ended = end_of(admin, task["id"])
    assert (ended["status"], ended["message"]) == ("failure", message)
    assert ended["expires_at"] > ended["created_at"]


@pytest.mark.parametrize("missing", ["import_from_format", "image_properties"])
def test_an_import_by_task_needs_its_input(
    admin: Caller, elsewhere: str, missing: str
) -> None:
    given = {
        "import_from": f"{elsewhere}/data",
        "import_from_format": "raw",
        "image_properties": {"name": "x"},
    }
    del given[missing]
    task = end_of(admin, begin_task(admin, given).json()["id"])
    assert task["message"] == f"Input does not contain '{missing}' field"


def test_an_image_is_imported_by_task(admin: Caller, elsewhere: str) -> None:
    properties = {
        "name": unique("old"),
        "disk_format": "raw",
        "container_format": "bare",
        "colour": "blue",
    }
    given = {
        "import_from": f"{elsewhere}/data",
        "import_from_format": "raw",
        "image_properties": properties,
    }
    task = end_of(admin, begin_task(admin, given).json()["id"])
    assert (task["status"], task["input"]) == ("success", given)
    assert task["message"] == ""
    image_id = task["result"]["image_id"]
    image = admin.image("GET", f"/images/{image_id}").json()
    shown = {**properties, "status": "active", "size": len(DATA), "stores": "fast"}
    assert image.items() >= {**shown, "owner": None}.items()
    assert admin.download(image_id).content == DATA
    admin.image("DELETE", f"/images/{image_id}")


def test_an_import_by_task_that_fails_leaves_no_image(
    admin: Caller, elsewhere: str
) -> None:
    name = unique("old")
    given = {
        "import_from": f"{elsewhere}/gone",
        "import_from_format": "raw",
        "image_properties": {
            "name": name,
            "disk_format": "raw",
            "container_format": "bare",
        },
    }
    task = end_of(admin, begin_task(admin, given).json()["id"])
    assert task["status"] == "failure"
    assert task["message"] == "Task failed due to Internal Error"
    assert admin.image("GET", f"/images?name={name}").json()["images"] == []
