"""Properties by which an image shows the task at work on it: a lock, and stores.

Source: Glance 33 ``api_image_import``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mockserver.glance.errors import Conflict
from mockserver.glance.tasks.records import (
    UNFINISHED,
    TaskFailed,
    complete_task,
    create_task,
    fail_task,
    record_progress,
)
from mockserver.glance.times import parse_time, store_time
from mockserver.storage.images import Image, find_image, save_image
from mockserver.storage.tasks import find_task

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

LOCK = "os_glance_import_task"
"""The property that holds the id of the task that has the lock."""

IMPORTING = "os_glance_importing_to_stores"
FAILED = "os_glance_failed_import"
"""Properties that list stores, the names separated by commas."""

LOCK_LIFETIME = timedelta(minutes=60)
"""How long after the last update of its task a lock counts; twice as long while the
task is pending."""


def create_locked_task(
    call: Call, image: Image, kind: str, task_input: dict[str, Any]
) -> Record:
    """Store a pending task that holds the lock of an image, and return the task.

    Raises :class:`Conflict` while another task holds it.
    """
    _remove_expired_lock(call, image)
    task = create_task(call, kind, task_input)
    image.properties[LOCK] = task["id"]
    save_image(call.db, image)
    return task


def _remove_expired_lock(call: Call, image: Image) -> None:
    holder_id = image.properties.get(LOCK)
    if holder_id is None:
        return
    holder = find_task(call.db, holder_id)
    if holder is not None:
        lifetime = LOCK_LIFETIME * (2 if holder["status"] == "pending" else 1)
        if parse_time(holder["updated_at"]) > store_time(call.now() - lifetime):
            raise Conflict("Image has active task")
        if holder["status"] in UNFINISHED:
            fail_task(call.state, call.db, holder_id, "Expired lock preempted")
    del image.properties[LOCK]


@contextmanager
def open_locked(
    state: CloudState, task: Record, copied_bytes: int = 0
) -> Iterator[Image]:
    """Open the image of a task for a change, which is stored at the end of the block.

    ``copied_bytes`` is what the task reports as its progress, if not 0. Raises
    :class:`TaskFailed` where the task holds the lock of the image no longer.
    """
    with state.database.begin() as db:
        image = find_image(db, task["image_id"])
        if image is None or image.properties.get(LOCK) != task["id"]:
            raise TaskFailed("the image was taken away")
        yield image
        image.updated_at = store_time(state.clock.now())
        save_image(db, image)
        if copied_bytes:
            record_progress(state, db, task["id"], copied_bytes)


def release(state: CloudState, task: Record, *, failure: str | None = None) -> None:
    """Record that a task succeeded, or failed with a message, and remove its lock."""
    with state.database.begin() as db:
        if failure is None:
            complete_task(state, db, task["id"], task["image_id"])
        else:
            fail_task(state, db, task["id"], failure)
        image = find_image(db, task["image_id"])
        if image is not None and image.properties.get(LOCK) == task["id"]:
            del image.properties[LOCK]
            save_image(db, image)


def _names_in(image: Image, key: str) -> set[str]:
    return {name for name in image.properties.get(key, "").split(",") if name}


def merge_names(image: Image, key: str, names: Iterable[str | None]) -> None:
    """Add names of stores to a property; None is a store without a name."""
    merged = _names_in(image, key).union(name for name in names if name)
    image.properties[key] = ",".join(sorted(merged))


def subtract_names(image: Image, key: str, names: Iterable[str | None]) -> None:
    """Remove names of stores from a property."""
    image.properties[key] = ",".join(sorted(_names_in(image, key).difference(names)))
