"""Snapshots: a cloud's records, bytes, clock and next ids, to go back to.

Bytes are shared with the cloud, so that a snapshot costs what the records do. It lasts
as long as the cloud is open; faults and the journal are no part of it.
"""

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
    """A snapshot cannot be called so."""


class NoSnapshot(KeyError):
    """There is no snapshot of the name."""

    def __str__(self) -> str:
        return f"there is no snapshot {self.args[0]!r}"


@dataclass(frozen=True)
class Snapshot:
    folder: Path
    stores: Stores
    clock: Clock
    ids: dict[str, list[str]]


class Snapshots:
    """The snapshots of a cloud, by name."""

    def __init__(self, state: CloudState) -> None:
        self._state = state
        self._taken: dict[str, Snapshot] = {}
        # of a process that was killed
        for left in state.directory.glob(f"{_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._taken))

    def save(self, name: str) -> None:
        """Take a snapshot in an older one's place; raises :class:`BadSnapshotName`."""
        if not _NAME.match(name):
            raise BadSnapshotName(f"{name!r} cannot be the name of a snapshot")
        taken = _take(self._state)
        older = self._taken.get(name)
        self._taken[name] = taken
        if older is not None:
            shutil.rmtree(older.folder, ignore_errors=True)

    def restore(self, name: str) -> None:
        """Let the cloud be as it was. Raises :class:`NoSnapshot`."""
        if name not in self._taken:
            raise NoSnapshot(name)
        state, snapshot = self._state, self._taken[name]
        with state.database.begin() as db:
            state.database.restore_from(db, snapshot.folder / "mock.db")
            move_endpoints(db, state)
            state.load_domain(db)
            state.stores.replace_with(snapshot.stores)
            state.clock.copy_from(snapshot.clock)
            state.ids.replace_scripted(snapshot.ids)

    @contextlib.contextmanager
    def fork_stores(self) -> Iterator[Stores]:
        """Yield the cloud's stores as they are now."""
        folder = _make_folder(self._state)
        try:
            yield self._state.stores.fork(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def drop(self) -> None:
        """Forget all of them."""
        while self._taken:
            _, snapshot = self._taken.popitem()
            shutil.rmtree(snapshot.folder, ignore_errors=True)


def _take(state: CloudState) -> Snapshot:
    folder = _make_folder(state)
    try:
        with state.database.begin():  # nothing else is written meanwhile
            state.database.copy_to(folder / "mock.db")
            stores = state.stores.fork(folder)
            return Snapshot(folder, stores, state.clock.copy(), state.ids.scripted())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _make_folder(state: CloudState) -> Path:
    """Make a folder where bytes can be shared with the cloud's own."""
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=state.directory))
