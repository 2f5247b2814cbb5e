"""The job of a task that a client created; source: Glance 33 ``base_import``.

This is how images were imported before the import request.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from mockserver.glance.data.fetching import fetch, size_of
from mockserver.glance.data.uploads import receive
from mockserver.glance.images.creation import build_image, check_description
from mockserver.glance.tasks.records import (
    INTERNAL_ERROR,
    TaskFailed,
    complete_task,
    fail_task,
    start_task,
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
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

LOG = logging.getLogger(__name__)

DEFAULT_FORMATS = {"disk_format": "qcow2", "container_format": "bare"}
"""The properties of an image for which a task gives none."""


def run_old_task(state: CloudState, task: Record) -> None:
    """Carry out a pending task, and record how it ended."""
    with state.database.begin() as db:
        if not start_task(state, db, task["id"]):
            return
    try:
        _check_input(task)
        end = partial(complete_task, image_id=_import(state, task))
    except TaskFailed as error:
        end = partial(fail_task, message=str(error))
    except Exception as error:
        LOG.info("task %s failed: %r", task["id"], error)
        end = partial(fail_task, message=INTERNAL_ERROR)
    with state.database.begin() as db:
        end(state, db, task["id"])


def _check_input(task: Record) -> None:
    """Raise :class:`TaskFailed` for a task of another type or with too little input."""
    kind, given = task["type"], task["input"]
    if kind != "import":
        # a client cannot create tasks of the types that Glance itself creates
        empty = f"Input to {kind} task is empty."
        raise TaskFailed(INTERNAL_ERROR if given else empty)
    for key in ("import_from", "import_from_format", "image_properties"):
        if key not in given:
            raise TaskFailed(f"Input does not contain '{key}' field")


def _import(state: CloudState, task: Record) -> str:
    """Create the image, store its data and return its id."""
    properties = {**(task["input"]["image_properties"] or DEFAULT_FORMATS)}
    # no policy is asked: only administrators begin tasks, who may create any image
    check_description(properties)
    image = build_image(state, properties)
    image.status = "saving"
    with state.database.begin() as db:
        insert_images(db, [image])
    try:
        _store_data(state, image, task)
    except BaseException:
        with state.database.begin() as db:
            mark_deleted(db, image.id, store_time(state.clock.now()))
        raise
    return image.id


def _store_data(state: CloudState, image: Image, task: Record) -> None:
    """Fetch the data, store it and turn the image to active."""
    stores, allowed = state.stores, state.settings.allow_web_download
    location = stores.locate(stores.default_name, image.id)
    with fetch(allowed, task["input"]["import_from"]) as answer:
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
