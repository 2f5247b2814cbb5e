"""An import at work, after it was answered; source: Glance 33 ``api_image_import``.

Data is staged, unless the request found it there, and then goes into one store after
the other. What fails leaves the image as Glance leaves it: ``importing`` where staged
data was refused, ``queued`` where the task itself had brought it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mockserver.blobs import BlobMissing
from mockserver.glance.data.fetching import fetch, size_of
from mockserver.glance.data.uploads import receive_pieces, stage
from mockserver.glance.tasks.import_locks import (
    FAILED,
    IMPORTING,
    merge_names,
    open_locked,
    release,
    subtract_names,
)
from mockserver.glance.tasks.records import INTERNAL_ERROR, TaskFailed, process_task
from mockserver.glance.tasks.remote_images import Before, RemoteImage, describe
from mockserver.storage.images import Image, find_image

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

LOG = logging.getLogger(__name__)

_MEASURED = ("checksum", "os_hash_algo", "os_hash_value", "size")


def run_import(state: CloudState, caller: Caller, task: Record) -> None:
    """Do what a pending task says, and record how it ended."""
    with state.database.begin() as db:
        if not process_task(state, db, task["id"]):
            return
    try:
        _Import(state, caller, task).run()
    except Exception as error:
        LOG.info("task %s failed: %r", task["id"], error)
        release(state, task, message=INTERNAL_ERROR)
    else:
        release(state, task, result={"image_id": task["image_id"]})


class _Import:
    def __init__(self, state: CloudState, caller: Caller, task: Record) -> None:
        self._state = state
        self._stores = state.stores
        self._task = task
        self._image_id: str = task["image_id"]
        request = task["input"]["import_req"]
        self._method = request["method"]
        self._name: str = request["method"]["name"]
        self._remote = RemoteImage(state, caller, self._method)
        self._must_succeed = request.get("all_stores_must_succeed", True)
        self._names: list[str | None] = task["input"]["backend"]

    @property
    def _is_copy(self) -> bool:
        return self._name == "copy-image"

    def run(self) -> None:
        with self._change() as image:
            if not self._is_copy:
                image.status = "importing"
            merge_names(image, IMPORTING, self._names)
            subtract_names(image, FAILED, self._names)
        if self._name == "web-download":
            self._bring(self._open_web)
        elif self._name == "glance-download":
            self._bring_remote()
        else:
            self._fill_stores()

    def _bring(self, open_source: Callable[[], HTTPResponse]) -> None:
        """Stage what a source holds, and import that; the image is queued otherwise."""
        try:
            with open_source() as answer:
                stage(self._stores.staging, self._image_id, answer, size_of(answer))
            self._fill_stores()
        except Exception:
            self._stores.unstage(self._image_id)
            with self._change() as image:
                image.status = "queued"
                subtract_names(image, IMPORTING, self._names)
                merge_names(image, FAILED, self._names)
            raise

    def _open_web(self) -> HTTPResponse:
        return fetch(self._state.settings.allow_web_download, self._method["uri"])

    def _bring_remote(self) -> None:
        before: Before | None = None
        try:
            record = self._remote.show()
            with self._change() as image:
                before = describe(image, record)
            self._bring(self._remote.open)
        except Exception:
            with self._change() as image:
                image.status = "queued"
                if before is not None:
                    before.restore(image)
            raise

    @contextmanager
    def _change(self, copied_bytes: int = 0) -> Iterator[Image]:
        with open_locked(self._state, self._task, copied_bytes) as image:
            yield image

    def _fill_stores(self) -> None:
        for place, name in enumerate(self._names):
            is_last = place == len(self._names) - 1
            activates = not self._is_copy and (is_last or not self._must_succeed)
            try:
                self._fill(name, activates=activates)
            except Exception as error:
                LOG.info("task %s: store %s: %r", self._task["id"], name, error)
                with self._change() as image:
                    subtract_names(image, IMPORTING, [name])
                    merge_names(image, FAILED, [name])
                if self._must_succeed:
                    self._empty_stores(self._names[:place])
                    raise
        if not self._is_copy:
            self._stores.unstage(self._image_id)
        with self._state.database.read() as db:
            filled = find_image(db, self._image_id)
        if filled is None or filled.status != "active":
            self._empty_stores(self._names, status="queued")
            raise TaskFailed("no store took the data")

    def _fill(self, name: str | None, *, activates: bool) -> None:
        store = self._stores.writable(name)
        with self._state.database.read() as db:
            image = find_image(db, self._image_id)
        if image is None:
            raise TaskFailed("the image is gone")
        received = receive_pieces(
            store,
            image,
            self._read(image),
            must_match=self._state.settings.must_match_format,
        )
        try:
            if received.refusal is not None:
                raise TaskFailed(received.refusal)
            with self._change(received.size) as changed:
                _check_sameness(changed, received.size, received.os_hash_value)
                changed.locations.append(self._stores.locate(name, self._image_id))
                for column, value in received.columns().items():
                    setattr(changed, column, value)
                if activates:
                    changed.status = "active"
                subtract_names(changed, IMPORTING, [name])
        except BaseException:
            store.delete(self._image_id)
            raise

    def _read(self, image: Image) -> Iterator[bytes]:
        pieces = self._open(image)
        try:
            for piece in pieces:
                if self._state.worker.is_stopped:
                    raise TaskFailed("the cloud is shut down")
                yield piece
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    def _open(self, image: Image) -> Iterator[bytes]:
        if not self._is_copy:
            return self._stores.staging.read(self._image_id)
        for location in image.locations:
            store = self._stores.holder(location)
            if store is not None:
                return store.read(self._image_id)
        raise BlobMissing(self._image_id)

    def _empty_stores(
        self, names: Iterable[str | None], status: str | None = None
    ) -> None:
        """Take data out of the stores again, and forget what it measured."""
        emptied = set(names)
        with self._change() as image:
            leaving = [
                location
                for location in image.locations
                if location["metadata"].get("store") in emptied
            ]
            image.locations = [one for one in image.locations if one not in leaving]
            if leaving and not image.locations:
                for column in _MEASURED:
                    setattr(image, column, None)
            image.status = status or image.status
            subtract_names(image, IMPORTING, emptied)
        self._stores.discard(self._image_id, leaving)


def _check_sameness(image: Image, size: int, os_hash_value: str) -> None:
    known = (image.size, image.os_hash_value)
    if any(
        old not in (None, new)
        for old, new in zip(known, (size, os_hash_value), strict=True)
    ):
        raise TaskFailed("the data is not what the image has in other stores")
