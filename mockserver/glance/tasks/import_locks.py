"""What an image says of the task at work on it; source: ``api_image_import``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mockserver.glance.tasks.records import TaskFailed, end_task, note_progress
from mockserver.glance.times import store_time
from mockserver.storage.images import Image, find_image, save_image

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

LOCK = "os_glance_import_task"
IMPORTING = "os_glance_importing_to_stores"
FAILED = "os_glance_failed_import"


@contextmanager
def open_locked(
    state: CloudState, task: Record, copied_bytes: int = 0
) -> Iterator[Image]:
    """Open a task's image for a change, as long as the task holds its lock.

    Raises :class:`TaskFailed` where it does not any more.
    """
    with state.database.begin() as db:
        image = find_image(db, task["image_id"])
        if image is None or image.properties.get(LOCK) != task["id"]:
            raise TaskFailed("the image was taken away")
        yield image
        image.updated_at = store_time(state.clock.now())
        save_image(db, image)
        note_progress(state, db, task["id"], copied_bytes)


def release(state: CloudState, task: Record, **values: object) -> None:
    """Record the end of a task, and let go of its image."""
    with state.database.begin() as db:
        end_task(state, db, task["id"], **values)
        image = find_image(db, task["image_id"])
        if image is not None and image.properties.get(LOCK) == task["id"]:
            del image.properties[LOCK]
            save_image(db, image)


def _names_in(image: Image, key: str) -> set[str]:
    return {name for name in image.properties.get(key, "").split(",") if name}


def merge_names(image: Image, key: str, names: Iterable[str | None]) -> None:
    merged = _names_in(image, key).union(name for name in names if name)
    image.properties[key] = ",".join(sorted(merged))


def subtract_names(image: Image, key: str, names: Iterable[str | None]) -> None:
    image.properties[key] = ",".join(sorted(_names_in(image, key).difference(names)))
