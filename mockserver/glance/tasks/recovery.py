"""What is done at the start about work that a killed process did not end.

Nothing that was acknowledged is lost; what was not can be sent again: an image whose
data was on its way is as it was before, and its client may try once more.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mockserver.blobs import BlobMissing
from mockserver.glance.tasks.import_locks import FAILED, IMPORTING, LOCK, merge_names
from mockserver.glance.tasks.records import UNFINISHED, fail_task
from mockserver.glance.times import store_time
from mockserver.storage.images import (
    MOVING,
    Image,
    all_locations,
    find_unfinished,
    save_image,
)
from mockserver.storage.tasks import ids_of_tasks

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

MESSAGE = "The service was stopped before the task ended"


def recover(state: CloudState, db: Connection) -> None:
    """Go on with the records of a process that may have been killed."""
    for task_id in ids_of_tasks(db, UNFINISHED):
        fail_task(state, db, task_id, MESSAGE)
    staged = set()
    for image in find_unfinished(db, LOCK):
        _free(state, image)
        image.updated_at = store_time(state.clock.now())
        save_image(db, image)
        if image.status == "uploading":
            staged.add(image.id)
    _sweep(state, db, staged)


def _free(state: CloudState, image: Image) -> None:
    """Let an image wait for data again; data that was staged whole is kept."""
    image.properties.pop(LOCK, None)
    names = image.properties.get(IMPORTING, "").split(",")
    if any(names):
        merge_names(image, FAILED, names)
        image.properties[IMPORTING] = ""
    if image.status not in MOVING:
        return
    # the size of staged data is told once all of it is there
    is_staged = image.status != "saving" and image.size and _is_staged(state, image)
    image.status = "uploading" if is_staged else "queued"
    image.size = image.size if is_staged else None
    image.checksum = image.os_hash_algo = image.os_hash_value = None
    image.locations = []


def _is_staged(state: CloudState, image: Image) -> bool:
    try:
        pieces = state.stores.staging.read(image.id)
        return sum(map(len, pieces)) == image.size
    except BlobMissing:
        return False


def _sweep(state: CloudState, db: Connection, staged: set[str]) -> None:
    """Delete the data of the stores that no image has."""
    stores = state.stores
    wanted = defaultdict(set)
    for image_id, location in all_locations(db):
        wanted[id(stores.holder(location))].add(image_id)
    for store in stores.stores.values():
        store.sweep(wanted[id(store)])
    stores.staging.sweep(staged)
