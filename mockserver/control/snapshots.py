"""Snapshots: saved states of a cloud, to go back to."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.keystone.bootstrap import move_endpoints

if TYPE_CHECKING:
    from mockserver.blobs.stores import Stores
    from mockserver.state.clock import Clock
    from mockserver.state.cloud_state import CloudState

_PREFIX = ".snapshot-"
_NAME = re.compile(r"[\w.-]{1,255}\Z", re.ASCII)


class BadSnapshotName(ValueError):
    """A snapshot cannot have this name."""


class NoSnapshot(KeyError):
    """No snapshot has this name."""

    def __str__(self) -> str:
        return f"there is no snapshot {self.args[0]!r}"


@dataclass(frozen=True)
class Snapshot:
    """One saved state. ``folder`` holds the database and links to image data."""

    folder: Path
    stores: Stores
    clock: Clock
    ids: dict[str, list[str]]


class Snapshots:
    """The snapshots of a cloud, by name; ``cloud.plane.snapshots``.

    A snapshot holds all records (tokens among them), the image data, the clock and the
    scripted ids that are left. Faults, the journal and the cloud's addresses are not in
    it. Image data is shared with the cloud, so that taking a snapshot costs as much as
    copying the records. Iterating yields the names, sorted. Snapshots last until the
    cloud is closed, also where ``data_dir`` keeps its records.
    """

    def __init__(self, state: CloudState) -> None:
        self._state = state
        self._taken: dict[str, Snapshot] = {}
        # those of a process that was killed
        for left in state.directory.glob(f"{_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._taken))

    def save(self, name: str) -> None:
        """Save the present state, in place of an older snapshot of this name.

        A name has 1 to 255 ASCII letters, digits, dots, dashes and underscores. Raises
        :class:`BadSnapshotName` for any other.
        """
        if not _NAME.match(name):
            raise BadSnapshotName(f"{name!r} cannot be the name of a snapshot")
        taken = _take(self._state)
        older = self._taken.get(name)
        self._taken[name] = taken
        if older is not None:
            shutil.rmtree(older.folder, ignore_errors=True)

    def delete(self, name: str) -> None:
        """Forget a saved state. Raises :class:`NoSnapshot`."""
        if name not in self._taken:
            raise NoSnapshot(name)
        shutil.rmtree(self._taken.pop(name).folder, ignore_errors=True)

    def restore(self, name: str) -> None:
        """Put the cloud back to a saved state, any number of times.

        It keeps its addresses. Raises :class:`NoSnapshot`.
        """
        if name not in self._taken:
            raise NoSnapshot(name)
        state, snapshot = self._state, self._taken[name]
        with state.database.begin() as db:
            state.database.restore_from(db, snapshot.folder / "mock.db")
            move_endpoints(db, state)
            state.recall(db)
            state.stores.replace_with(snapshot.stores)
            state.clock.copy_from(snapshot.clock)
            state.ids.replace_scripted(snapshot.ids)

    @contextlib.contextmanager
    def fork_stores(self) -> Iterator[Stores]:
        """Yield copies of the stores, which last until the end of the block."""
        folder = _make_folder(self._state)
        try:
            yield self._state.stores.fork(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """Delete all snapshots."""
        while self._taken:
            _, snapshot = self._taken.popitem()
            shutil.rmtree(snapshot.folder, ignore_errors=True)


def _take(state: CloudState) -> Snapshot:
    folder = _make_folder(state)
    try:
        with state.database.begin():  # so that nothing is written meanwhile
            state.database.copy_to(folder / "mock.db")
            stores = state.stores.fork(folder)
            return Snapshot(folder, stores, state.clock.copy(), state.ids.scripted())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _make_folder(state: CloudState) -> Path:
    """Return a new folder in the cloud's file system, where data can be linked."""
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=state.directory))
