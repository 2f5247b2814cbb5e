"""Starts imports into Glance and waits for them.

Glance answers the request at once and imports in a task. The progress can be read from
properties of the image (``os_glance_importing_to_stores`` and others) and from the
image's tasks, one of which has the id of the request (Glance 33, ``api/v2/images.py``).
A service older than API 2.12 does not list tasks; there only the image is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagectl.api.client import Client, Record
from imagectl.api.images import path_of
from imagectl.api.records import Shape
from imagectl.api.waiting import WaitLimit, wait_for
from imagectl.contract.image import IMAGE, TASK
from imagectl.errors import ImagectlError, NotFoundError

METHODS = ("glance-direct", "web-download", "glance-download", "copy-image")
LOCK = "os_glance_import_task"
IMPORTING = "os_glance_importing_to_stores"
FAILED = "os_glance_failed_import"
ENDED = ("success", "failure")


@dataclass(frozen=True)
class ImportRequest:
    """What to import, and where to."""

    method: str
    """One of :data:`METHODS`."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the method: a URI, or a remote image."""
    stores: Sequence[str] = ()
    """The stores to import into; the default store where there are none."""
    all_stores: bool = False
    may_fail_in_part: bool = True
    """Whether the import may succeed without some of several stores."""

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"method": {"name": self.method, **self.details}}
        if self.all_stores:
            body["all_stores"] = True
        elif self.stores:
            body["stores"] = list(self.stores)
        if len(body) > 1:
            body["all_stores_must_succeed"] = not self.may_fail_in_part
        return body


def methods(client: Client) -> list[str]:
    """Return the import methods that the cloud offers."""
    shape: Shape = {"import-methods?": {"value?": [str]}}
    answer = client.document("GET", "/info/import", shape)
    offered = answer.get("import-methods") or {}
    return list(offered.get("value") or ())


def start(client: Client, image_id: str, request: ImportRequest) -> str | None:
    """Start an import and return the id of the request, which its task has too."""
    response = client.request("POST", path_of(image_id, "import"), json=request.body())
    return response.headers.get("X-Openstack-Request-Id")


def tasks(client: Client, image_id: str) -> list[Record]:
    """Return the tasks of an image. Raises :class:`NotFoundError` before API 2.12."""
    return list(client.list(TASK, path=path_of(image_id, "tasks")))


def wait_for_import(
    client: Client, image_id: str, request_id: str | None, limit: WaitLimit
) -> Record:
    """Wait until an import has ended and return the image.

    Raises :class:`ImagectlError` if the import failed, and
    :class:`imagectl.errors.WaitTimeoutError` if it takes too long.
    """

    def poll() -> tuple[Record | None, str]:
        task = _find_task(client, image_id, request_id)
        record = client.show(IMAGE, image_id)
        _check(record, task)
        return (record if _is_over(record, task) else None), _describe(record, task)

    return wait_for(poll, f"import of image {image_id}", limit)


def failed_stores(record: Record) -> list[str]:
    """Return the stores in which an import into several could not store the data."""
    return _names(record.get(FAILED))


def wait_for_task(client: Client, task_id: str, limit: WaitLimit) -> Record:
    """Wait until a task has ended and return it; raises as :func:`wait_for_import`."""

    def poll() -> tuple[Record | None, str]:
        task = client.show(TASK, task_id)
        _check({}, task)
        return (task if task["status"] in ENDED else None), task["status"]

    return wait_for(poll, f"task {task_id}", limit)


def _find_task(client: Client, image_id: str, request_id: str | None) -> Record | None:
    try:
        found = tasks(client, image_id)
    except NotFoundError:
        return None
    return next((t for t in found if t.get("request_id") == request_id), None)


def _check(record: Record, task: Record | None) -> None:
    if task is not None and task["status"] == "failure":
        raise ImagectlError(
            f"Task {task['id']} failed: {task.get('message') or 'it does not say why'}"
        )
    is_idle = task is None and not record.get(IMPORTING)
    if is_idle and record.get(FAILED) and record["status"] != "active":
        raise ImagectlError(f"The import failed in {record[FAILED]}.")


def _is_over(record: Record, task: Record | None) -> bool:
    if task is None:
        is_busy = record.get(LOCK) or record.get(IMPORTING)
        return record["status"] == "active" and not is_busy
    return bool(task["status"] == "success" and record.get(LOCK) != task["id"])


def _describe(record: Record, task: Record | None) -> str:
    parts = [record["status"]]
    if done := _names(record.get("stores")):
        parts.append(f"in {', '.join(done)}")
    if missing := _names(record.get(IMPORTING)):
        parts.append(f"to go: {', '.join(missing)}")
    if failed := failed_stores(record):
        parts.append(f"failed: {', '.join(failed)}")
    if task is not None:
        note = f" ({task['message']})" if task.get("message") else ""
        parts.append(f"task {task['status']}{note}")
    return "; ".join(parts)


def _names(text: str | None) -> list[str]:
    return [name for name in (text or "").split(",") if name]
