"""Tasks begun by hand: the import of before there was one; source: ``base_import``."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from mockserver.glance.data.fetching import fetch, size_of
from mockserver.glance.data.uploads import receive
from mockserver.glance.images.creation import build_image, check_description
from mockserver.glance.tasks.records import (
    INTERNAL_ERROR,
    TaskFailed,
    end_task,
    process_task,
)
from mockserver.glance.times import store_time
from mockserver.storage.images import (
    Image,
    add_location,
    change_status,
    insert_images,
    mark_deleted,
)

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

LOG = logging.getLogger(__name__)

FORMATS = {"disk_format": "qcow2", "container_format": "bare"}
"""What an image is taken for of which a task says nothing."""


def run_old_task(state: CloudState, caller: Caller, task: Record) -> None:
    """Do what a pending task says, and record how it ended."""
    with state.database.begin() as db:
        if not process_task(state, db, task["id"]):
            return
    try:
        _check_input(task)
        values: dict[str, Any] = {"result": {"image_id": _import(state, task)}}
    except TaskFailed as error:
        values = {"message": str(error)}
    except Exception as error:
        LOG.info("task %s failed: %r", task["id"], error)
        values = {"message": INTERNAL_ERROR}
    with state.database.begin() as db:
        end_task(state, db, task["id"], **values)


def _check_input(task: Record) -> None:
    """Raise :class:`TaskFailed` for what tells too little, or tasks of other kinds."""
    kind, given = task["type"], task["input"]
    if kind != "import":
        # what images are imported with is not begun this way
        empty = f"Input to {kind} task is empty."
        raise TaskFailed(INTERNAL_ERROR if given else empty)
    for key in ("import_from", "import_from_format", "image_properties"):
        if key not in given:
            raise TaskFailed(f"Input does not contain '{key}' field")


def _import(state: CloudState, task: Record) -> str:
    properties = {**(task["input"]["image_properties"] or FORMATS)}
    # no policy is asked: only administrators begin tasks, who may create any image
    check_description(properties)
    image = build_image(state, properties)
    image.status = "saving"
    with state.database.begin() as db:
        insert_images(db, [image])
    try:
        _fill(state, image, task)
    except BaseException:
        with state.database.begin() as db:
            mark_deleted(db, image.id, store_time(state.clock.now()))
        raise
    return image.id


def _fill(state: CloudState, image: Image, task: Record) -> None:
    stores = state.stores
    location = stores.locate(stores.default_name, image.id)
    with fetch(
        state.settings.allow_web_download, task["input"]["import_from"]
    ) as answer:
        received = receive(
            stores.default,
            image,
            answer,
            size_of(answer),
            must_match=state.settings.must_match_format,
        )
    now = store_time(state.clock.now())
    try:
        if received.refusal is not None:
            raise TaskFailed(INTERNAL_ERROR)
        with state.database.begin() as db:
            values = {"updated_at": now, **received.columns()}
            if not change_status(db, image.id, "saving", "active", **values):
                raise TaskFailed(INTERNAL_ERROR)
            add_location(db, image.id, location)
    except BaseException:
        stores.discard(image.id, [location])
        raise
