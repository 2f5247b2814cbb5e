"""Tasks as Glance keeps them: begun, succeeded or failed; source: ``domain``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mockserver.glance.times import show_time, store_time
from mockserver.storage.repository import Record
from mockserver.storage.tasks import add_task, change_task

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

TIME_TO_LIVE = timedelta(hours=48)
INTERNAL_ERROR = "Task failed due to Internal Error"
ALIVE = ("pending", "processing")


class TaskFailed(Exception):
    """A task cannot be done; the message is the one that it shows."""

    def __init__(self, message: str = INTERNAL_ERROR) -> None:
        super().__init__(message)


def begin_task(
    state: CloudState,
    db: Connection,
    req: falcon.Request,
    kind: str,
    task_input: dict[str, Any],
) -> Record:
    """Record a pending task of the request's caller."""
    now = store_time(state.clock.now())
    task = {
        "id": state.ids.uuid("task"),
        "type": kind,
        "status": "pending",
        "owner": req.context.caller.project_id,
        "image_id": task_input.get("image_id"),
        "request_id": req.env.get("openstack.request_id"),
        "user_id": req.context.caller.user_id,
        "input": task_input,
        "result": None,
        "message": "",
        "expires_at": None,
        "created_at": now,
        "updated_at": now,
    }
    add_task(db, task)
    return task


def process_task(state: CloudState, db: Connection, task_id: str) -> bool:
    """Move a task from pending on; False if it is not pending any more."""
    now = store_time(state.clock.now())
    values = {"status": "processing", "updated_at": now}
    return change_task(db, task_id, ("pending",), **values)


def note_progress(
    state: CloudState, db: Connection, task_id: str, size_bytes: int
) -> None:
    if size_bytes:
        message = f"Copied {size_bytes >> 20} MiB"
        now = store_time(state.clock.now())
        change_task(db, task_id, ALIVE, message=message, updated_at=now)


def end_task(state: CloudState, db: Connection, task_id: str, **values: Any) -> None:
    """Let a task succeed with a ``result``, or fail with a ``message``."""
    status = "success" if "result" in values else "failure"
    now = state.clock.now()
    times = {
        "updated_at": store_time(now),
        "expires_at": store_time(now + TIME_TO_LIVE),
    }
    change_task(db, task_id, ALIVE, status=status, **times, **values)


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
    shown = {
        **{name: task[name] for name in ("input", "message", "result")},
        **show_summary(task),
    }
    for name in ("image_id", "request_id", "user_id"):
        if task[name]:
            shown[name] = task[name]
    return shown


def show_raw(task: Record) -> dict[str, Any]:
    """Return a task as an image's tasks show it: as it stands in the database."""
    return {**task, "deleted": False, "deleted_at": None}
