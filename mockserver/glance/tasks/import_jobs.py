"""The job of an import, after its request was answered.

Source: Glance 33 ``api_image_import``. The data is staged, unless a client has done so,
and then copied into one store after the other. After a failure the image is as Glance
leaves it: ``importing`` if a client had staged the data, ``queued`` if the task had.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
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
from mockserver.glance.tasks.records import INTERNAL_ERROR, TaskFailed, start_task
from mockserver.glance.tasks.remote_images import (
    Attributes,
    RemoteImage,
    replace_attributes,
)
from mockserver.storage.images import Image, find_image

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

LOG = logging.getLogger(__name__)

_MEASURED = ("checksum", "os_hash_algo", "os_hash_value", "size")
"""The columns that are known only while a store has the data."""


def run_import(state: CloudState, caller: Caller, task: Record) -> None:
    """Carry out a pending task, and record how it ended."""
    with state.database.begin() as db:
        if not start_task(state, db, task["id"]):
            return
    try:
        _Import(state, caller, task).run()
    except Exception as error:
        LOG.info("task %s failed: %r", task["id"], error)
        release(state, task, failure=INTERNAL_ERROR)
    else:
        release(state, task)


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
            self._download(self._open_web)
        elif self._name == "glance-download":
            self._copy_remote_image()
        else:
            self._copy_to_stores()

    def _download(self, open_source: Callable[[], HTTPResponse]) -> None:
        """Stage the data of a source and import it; the image is queued if it fails."""
        try:
            with open_source() as answer:
                stage(self._stores.staging, self._image_id, answer, size_of(answer))
            self._copy_to_stores()
        except Exception:
            self._stores.unstage(self._image_id)
            with self._change() as image:
                image.status = "queued"
                subtract_names(image, IMPORTING, self._names)
                merge_names(image, FAILED, self._names)
            raise

    def _open_web(self) -> HTTPResponse:
        return fetch(self._state.settings.allow_web_download, self._method["uri"])

    def _copy_remote_image(self) -> None:
        before: Attributes | None = None
        try:
            record = self._remote.show()
            with self._change() as image:
                before = replace_attributes(image, record)
            self._download(self._remote.open)
        except Exception:
            with self._change() as image:
                image.status = "queued"
                if before is not None:
                    before.restore(image)
            raise

    def _change(self, copied_bytes: int = 0) -> AbstractContextManager[Image]:
        return open_locked(self._state, self._task, copied_bytes)

    def _copy_to_stores(self) -> None:
        """Copy the data into all stores, and then remove it from staging.

        The image is active after the last store, or after the first one unless all
        must succeed. Raises :class:`TaskFailed` if it is not active in the end.
        """
        for place, name in enumerate(self._names):
            is_last = place == len(self._names) - 1
            activates = not self._is_copy and (is_last or not self._must_succeed)
            try:
                self._copy_to_store(name, activates=activates)
            except Exception as error:
                LOG.info("task %s: store %s: %r", self._task["id"], name, error)
                with self._change() as image:
                    subtract_names(image, IMPORTING, [name])
                    merge_names(image, FAILED, [name])
                if self._must_succeed:
                    self._remove_from_stores(self._names[:place])
                    raise
        if not self._is_copy:
            self._stores.unstage(self._image_id)
        with self._state.database.read() as db:
            stored = find_image(db, self._image_id)
        if stored is None or stored.status != "active":
            self._remove_from_stores(self._names, status="queued")
            raise TaskFailed("no store took the data")

    def _copy_to_store(self, name: str | None, *, activates: bool) -> None:
        """Copy the data into one store, where none of it is left if that fails."""
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
                _check_same_data(changed, received.size, received.os_hash_value)
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
        """Yield the data; raises :class:`TaskFailed` once the cloud is to stop."""
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
        """Return the pieces of the data: staged, or of the first store that has it."""
        if not self._is_copy:
            return self._stores.staging.read(self._image_id)
        for location in image.locations:
            store = self._stores.holder(location)
            if store is not None:
                return store.read(self._image_id)
        raise BlobMissing(self._image_id)

    def _remove_from_stores(
        self, names: Iterable[str | None], status: str | None = None
    ) -> None:
        """Delete the data from stores, and the locations of the image in them.

        Where no location is left, its hashes and size go too. ``status`` is the
        image's from then on; without one it keeps its own.
        """
        removed = set(names)
        with self._change() as image:
            leaving = [
                location
                for location in image.locations
                if location["metadata"].get("store") in removed
            ]
            image.locations = [one for one in image.locations if one not in leaving]
            if leaving and not image.locations:
                for column in _MEASURED:
                    setattr(image, column, None)
            image.status = status or image.status
            subtract_names(image, IMPORTING, removed)
        self._stores.discard(self._image_id, leaving)


def _check_same_data(image: Image, size: int, os_hash_value: str) -> None:
    """Raise :class:`TaskFailed` for other data than the image has in other stores."""
    known = (image.size, image.os_hash_value)
    if any(
        old not in (None, new)
        for old, new in zip(known, (size, os_hash_value), strict=True)
    ):
        raise TaskFailed("the data is not what the image has in other stores")
