"""Starting an import, and waiting for its task to end."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.contract.support.callers import DATA_TYPE, Caller

WAIT_LIMIT_S = 30


def stage(caller: Caller, image_id: str, data: bytes, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.image(
        "PUT",
        f"/images/{image_id}/stage",
        data=data,
        headers={"Content-Type": DATA_TYPE, **given},
    )


def begin_import(
    caller: Caller, image_id: str, method: str | dict[str, Any], **body: Any
) -> requests.Response:
    method = {"name": method} if isinstance(method, str) else method
    request = {"method": method, **body}
    return caller.image("POST", f"/images/{image_id}/import", json=request)


def tasks_of(caller: Caller, image_id: str) -> list[dict[str, Any]]:
    answer = caller.image("GET", f"/images/{image_id}/tasks")
    assert answer.status_code == 200, answer.text
    tasks: list[dict[str, Any]] = answer.json()["tasks"]
    return tasks


def wait(caller: Caller, image_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Poll until no task runs for an image; return the image and its last task."""
    deadline = time.monotonic() + WAIT_LIMIT_S
    while time.monotonic() < deadline:
        image = caller.image("GET", f"/images/{image_id}").json()
        tasks = tasks_of(caller, image_id)
        is_over = all(task["status"] in ("success", "failure") for task in tasks)
        if is_over and "os_glance_import_task" not in image:
            return image, max(tasks, key=lambda task: str(task["created_at"]))
    raise AssertionError(f"the import of {image_id} does not end")


def finish_import(
    caller: Caller, image_id: str, method: str | dict[str, Any], **body: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = begin_import(caller, image_id, method, **body)
    assert (answer.status_code, answer.content) == (202, b""), answer.text
    return wait(caller, image_id)
