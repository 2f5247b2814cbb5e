"""Records of tasks, from pending to their end; source: Glance 33 ``domain``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mockserver.glance.times import show_time, store_time
from mockserver.storage.repository import Record
from mockserver.storage.tasks import add_task, change_task

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.glance.requests.call import Call
    from mockserver.state.cloud_state import CloudState

TIME_TO_LIVE = timedelta(hours=48)
"""How long after its end a task is kept."""

INTERNAL_ERROR = "Task failed due to Internal Error"
UNFINISHED = ("pending", "processing")


class TaskFailed(Exception):
    """A task cannot be done. Its record may show the message."""

    def __init__(self, message: str = INTERNAL_ERROR) -> None:
        super().__init__(message)


def create_task(call: Call, kind: str, task_input: dict[str, Any]) -> Record:
    """Store a pending task of the caller's, of the type ``kind``, and return it."""
    now = call.timestamp()
    task = {
        "id": call.state.ids.uuid("task"),
        "type": kind,
        "status": "pending",
        "owner": call.caller.project_id,
        "image_id": task_input.get("image_id"),
        "request_id": call.req.env.get("openstack.request_id"),
        "user_id": call.caller.user_id,
        "input": task_input,
        "result": None,
        "message": "",
        "expires_at": None,
        "created_at": now,
        "updated_at": now,
    }
    add_task(call.db, task)
    return task


def start_task(state: CloudState, db: Connection, task_id: str) -> bool:
    """Turn a pending task to ``processing``; False if it is pending no longer."""
    now = store_time(state.clock.now())
    values = {"status": "processing", "updated_at": now}
    return change_task(db, task_id, ("pending",), **values)


def record_progress(
    state: CloudState, db: Connection, task_id: str, copied_bytes: int
) -> None:
    message = f"Copied {copied_bytes >> 20} MiB"
    now = store_time(state.clock.now())
    change_task(db, task_id, UNFINISHED, message=message, updated_at=now)


def complete_task(
    state: CloudState, db: Connection, task_id: str, image_id: str
) -> None:
    """Record that an unfinished task succeeded; its result is an image."""
    _end_task(state, db, task_id, status="success", result={"image_id": image_id})


def fail_task(state: CloudState, db: Connection, task_id: str, message: str) -> None:
    """Record that an unfinished task failed; ``message`` is what clients see of it."""
    _end_task(state, db, task_id, status="failure", message=message)


def _end_task(state: CloudState, db: Connection, task_id: str, **values: Any) -> None:
    now = state.clock.now()
    times = {
        "updated_at": store_time(now),
        "expires_at": store_time(now + TIME_TO_LIVE),
    }
    change_task(db, task_id, UNFINISHED, **times, **values)


def show_summary(task: Record) -> dict[str, Any]:
    """Return a task as its listing shows it."""
    shown = {
        **{name: task[name] for name in ("id", "type", "status", "owner")},
        "created_at": show_time(task["created_at"]),
        "updated_at": show_time(task["updated_at"]),
        "self": f"/v2/tasks/{task['id']}",
        "schema": "/v2/schemas/task",
    }
    if task["expires_at"]:
        shown["expires_at"] = show_time(task["expires_at"])
    return shown


def show_task(task: Record) -> dict[str, Any]:
    """Return a task as it is shown by itself."""
    shown = {
        **{name: task[name] for name in ("input", "message", "result")},
        **show_summary(task),
    }
    for name in ("image_id", "request_id", "user_id"):
        if task[name]:
            shown[name] = task[name]
    return shown


def show_raw(task: Record) -> dict[str, Any]:
    """Return a task as the tasks of an image show it: the columns of its record."""
    return {**task, "deleted": False, "deleted_at": None}
