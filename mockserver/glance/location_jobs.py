"""An image taken over from elsewhere, after it was answered.

Source: Glance 33 ``async_/flows/location_import.py``.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from mockserver.blobs import PIECE_BYTES
from mockserver.glance.fetching import fetch
from mockserver.glance.import_records import open_locked, release
from mockserver.glance.location_changes import LocationEditor, measure
from mockserver.glance.task_records import INTERNAL_ERROR, TaskFailed, process_task
from mockserver.glance.uploads import HASH_ALGORITHM

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud
    from mockserver.storage.repository import Record

LOG = logging.getLogger(__name__)


def run_location_import(cloud: MockCloud, task: Record) -> None:
    """Do what a pending task says, and record how it ended."""
    with cloud.database.begin() as db:
        if not process_task(cloud, db, task["id"]):
            return
    try:
        _take_over(cloud, task)
    except Exception as error:
        LOG.info("task %s failed: %r", task["id"], error)
        release(cloud, task, message=INTERNAL_ERROR)
    else:
        release(cloud, task, result={"image_id": task["image_id"]})


def _take_over(cloud: MockCloud, task: Record) -> None:
    url, expected = task["input"]["loc_url"], task["input"]["validation_data"]
    algorithm = expected.get("os_hash_algo", HASH_ALGORITHM)
    sizes = measure(cloud, [url])
    with open_locked(cloud, task) as image:
        editor = LocationEditor(cloud.stores, image, sizes)
        editor.append(editor.place({"url": url, "metadata": {}}))
        image.status = "importing" if expected else "active"
        image.os_hash_algo = algorithm
    try:
        os_hash_value, checksum = _hash(cloud, url, algorithm)
        if expected.get("os_hash_value", os_hash_value) != os_hash_value:
            raise TaskFailed("the data is not what it was said to be")
    except Exception:
        with open_locked(cloud, task) as image:
            image.os_hash_algo = None
            if expected:
                image.status, image.size = "queued", None
        raise
    with open_locked(cloud, task) as image:
        image.status = "active"
        image.os_hash_value, image.checksum = os_hash_value, checksum


def _hash(cloud: MockCloud, url: str, algorithm: str) -> tuple[str, str]:
    """Return the digest of what lies under a URL, and its MD5."""
    md5 = hashlib.md5(usedforsecurity=False)
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with fetch(cloud.settings.allow_web_download, url) as answer:
        # as much as is there: a slow sender does not keep the cloud from stopping
        while piece := answer.read1(PIECE_BYTES):
            if cloud.worker.is_stopped:
                raise TaskFailed("the cloud is shut down")
            md5.update(piece)
            digest.update(piece)
    return digest.hexdigest(), md5.hexdigest()
