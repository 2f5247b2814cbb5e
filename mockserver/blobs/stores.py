"""The named stores of a cloud, as Glance has them with ``enabled_backends``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.blobs import BlobMissing, BlobStore

WEB = "web"
"""The read-only store of images whose location is an http or https URL."""
RESERVED = ("os_glance_staging_store", "os_glance_tasks_store")
"""Stores that Glance uses for itself; it announces them beside the others."""

Location = dict[str, Any]
"""``url`` and ``metadata`` of a copy of an image's data; the latter names the store."""


class UnknownStore(Exception):
    """No store has the name; the message is Glance's."""

    def __init__(self, name: object) -> None:
        super().__init__(f"Store for identifier {name} not found")


class ReadOnlyStore(Exception):
    """No data can be written to the store."""


@dataclass(frozen=True)
class Stores:
    """Where a cloud keeps image data: stores with names, or a single one without.

    ``names`` are those of the stores that can be written to, the default one first; it
    is empty where there is a single store, whose key in ``stores`` is None. ``staging``
    holds data that was uploaded for a later import.
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
        """Names of all stores, the read-only one last."""
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
        """Return a store to write to.

        Raises :class:`UnknownStore` or :class:`ReadOnlyStore`.
        """
        self.check(name)
        if name == WEB:
            raise ReadOnlyStore(name)
        return self.stores[name]

    def holder(self, location: Location) -> BlobStore | None:
        """Return the store that holds a location's data; None if another host does."""
        if is_elsewhere(location):
            return None
        return self.stores.get(location["metadata"].get("store"), self.default)

    def locate(self, name: str | None, blob_id: str) -> Location:
        """Return the location that an image has for a blob in a store."""
        metadata = {} if name is None else {"store": name}
        return {"url": self.stores[name].url(blob_id), "metadata": metadata}

    def discard(self, blob_id: str, locations: Iterable[Location]) -> None:
        """Delete a blob from the stores of locations; other hosts' data stays."""
        for location in locations:
            store = self.holder(location)
            if store is not None:
                with contextlib.suppress(BlobMissing):
                    store.delete(blob_id)

    def fork(self, folder: Path) -> Stores:
        """Return new stores with the same blobs, as :meth:`BlobStore.fork` does."""
        forks = {
            name: store.fork(folder / f"images-{name or ''}")
            for name, store in self.stores.items()
        }
        return Stores(self.names, forks, self.staging.fork(folder / "staging"))

    def clear(self) -> None:
        """Delete every blob of every store."""
        for store in (*self.stores.values(), self.staging):
            store.clear()

    def replace_with(self, other: Stores) -> None:
        """Replace all blobs by those of other stores with the same names."""
        for name, store in self.stores.items():
            store.replace_with(other.stores[name])
        self.staging.replace_with(other.staging)

    def unstage(self, blob_id: str) -> None:
        """Delete staged data, if there is any."""
        with contextlib.suppress(BlobMissing):
            self.staging.delete(blob_id)


def is_elsewhere(location: Location) -> bool:
    """Tell whether another host holds a location's data."""
    return urlsplit(location["url"]).scheme in ("http", "https")


def names_of(locations: Iterable[Location]) -> list[str]:
    """Return the name of the store of each location that has one."""
    names = [location["metadata"].get("store") for location in locations]
    return [name for name in names if name]
