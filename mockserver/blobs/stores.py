"""The stores of a cloud by name, as Glance has them with ``enabled_backends``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.blobs import BlobMissing, BlobStore

WEB = "web"
"""The store of images that lie elsewhere: it is read over HTTP and takes none."""
RESERVED = ("os_glance_staging_store", "os_glance_tasks_store")
"""Names of what Glance itself keeps files in, announced beside the stores."""

Location = dict[str, Any]


class UnknownStore(Exception):
    """No store has the name; the message is Glance's."""

    def __init__(self, name: object) -> None:
        super().__init__(f"Store for identifier {name} not found")


class ReadOnlyStore(Exception):
    """The store takes no data."""


@dataclass(frozen=True)
class Stores:
    """Where image data is kept: stores with names, or a single one without.

    ``names`` are those of the stores that take data, the default one first; it is
    empty where there is but one. ``staging`` keeps what waits for its import.
    """

    names: tuple[str, ...]
    stores: Mapping[str | None, BlobStore]
    staging: BlobStore

    @property
    def default_name(self) -> str | None:
        return self.names[0] if self.names else None

    @property
    def default(self) -> BlobStore:
        return self.stores[self.default_name]

    @property
    def listed(self) -> tuple[str, ...]:
        """Names of all stores, the one that takes no data last."""
        return (*self.names, WEB) if self.names else ()

    @property
    def announced(self) -> tuple[str, ...]:
        """What ``OpenStack-image-store-ids`` lists."""
        return (*self.listed, *RESERVED) if self.names else ()

    def check(self, name: object) -> None:
        """Raise :class:`UnknownStore` unless a store has the name."""
        if name not in (self.listed or (None,)):
            raise UnknownStore(name)

    def writable(self, name: str | None) -> BlobStore:
        """Return a store to put data in. Raises UnknownStore or ReadOnlyStore."""
        self.check(name)
        if name == WEB:
            raise ReadOnlyStore(name)
        return self.stores[name]

    def holder(self, location: Location) -> BlobStore | None:
        """Return the store that a location is in, None if in no store of ours."""
        if is_elsewhere(location):
            return None
        return self.stores.get(location["metadata"].get("store"), self.default)

    def locate(self, name: str | None, blob_id: str) -> Location:
        """Return the location of a blob in a store, as an image records it."""
        metadata = {} if name is None else {"store": name}
        return {"url": self.stores[name].url(blob_id), "metadata": metadata}

    def discard(self, blob_id: str, locations: Iterable[Location]) -> None:
        """Delete the data that locations lead to, where it is ours and still there."""
        for location in locations:
            store = self.holder(location)
            if store is not None:
                with contextlib.suppress(BlobMissing):
                    store.delete(blob_id)

    def fork(self, folder: Path) -> Stores:
        """Return stores of the same blobs that go their own way from here."""
        forks = {
            name: store.fork(folder / f"images-{name or ''}")
            for name, store in self.stores.items()
        }
        return Stores(self.names, forks, self.staging.fork(folder / "staging"))

    def clear(self) -> None:
        for store in (*self.stores.values(), self.staging):
            store.clear()

    def become(self, other: Stores) -> None:
        """Hold the blobs that other stores of the same names hold."""
        for name, store in self.stores.items():
            store.become(other.stores[name])
        self.staging.become(other.staging)

    def unstage(self, blob_id: str) -> None:
        with contextlib.suppress(BlobMissing):
            self.staging.delete(blob_id)


def is_elsewhere(location: Location) -> bool:
    return urlsplit(location["url"]).scheme in ("http", "https")


def names_of(locations: Iterable[Location]) -> list[str]:
    """Return the names of the stores that locations are in, as often as they are."""
    names = [location["metadata"].get("store") for location in locations]
    return [name for name in names if name]
