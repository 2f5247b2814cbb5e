"""The job that adds a location to an image, after the request was answered.

Source: Glance 33 ``async_/flows/location_import.py``.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from mockserver.blobs import PIECE_BYTES
from mockserver.glance.data.fetching import fetch
from mockserver.glance.data.locations import LocationEditor, measure
from mockserver.glance.data.uploads import HASH_ALGORITHM
from mockserver.glance.tasks.import_locks import open_locked, release
from mockserver.glance.tasks.records import INTERNAL_ERROR, TaskFailed, start_task

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

LOG = logging.getLogger(__name__)


def run_location_import(state: CloudState, task: Record) -> None:
    """Carry out a pending task, and record how it ended."""
    with state.database.begin() as db:
        if not start_task(state, db, task["id"]):
            return
    try:
        _add_location(state, task)
    except Exception as error:
        LOG.info("task %s failed: %r", task["id"], error)
        release(state, task, failure=INTERNAL_ERROR)
    else:
        release(state, task)


def _add_location(state: CloudState, task: Record) -> None:
    """Record the location, then the hash of the data that is there.

    Raises :class:`TaskFailed` where the data has another hash than the request says.
    """
    url, expected = task["input"]["loc_url"], task["input"]["validation_data"]
    algorithm = expected.get("os_hash_algo", HASH_ALGORITHM)
    sizes = measure(state, [url])
    with open_locked(state, task) as image:
        editor = LocationEditor(state.stores, image, sizes)
        editor.append(editor.place({"url": url, "metadata": {}}))
        image.status = "importing" if expected else "active"
        image.os_hash_algo = algorithm
    try:
        os_hash_value, checksum = _hash(state, url, algorithm)
        if expected.get("os_hash_value", os_hash_value) != os_hash_value:
            raise TaskFailed("the data is not what it was said to be")
    except Exception:
        with open_locked(state, task) as image:
            image.os_hash_algo = None
            if expected:
                image.status, image.size = "queued", None
        raise
    with open_locked(state, task) as image:
        image.status = "active"
        image.os_hash_value, image.checksum = os_hash_value, checksum


def _hash(state: CloudState, url: str, algorithm: str) -> tuple[str, str]:
    """Return the digest of the data at a URL, and its MD5, both in hexadecimal."""
    md5 = hashlib.md5(usedforsecurity=False)
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with fetch(state.settings.allow_web_download, url) as answer:
        # read1 returns what has arrived: a slow sender must not keep the cloud running
        while piece := answer.read1(PIECE_BYTES):
            if state.worker.is_stopped:
                raise TaskFailed("the cloud is shut down")
            md5.update(piece)
            digest.update(piece)
    return digest.hexdigest(), md5.hexdigest()
