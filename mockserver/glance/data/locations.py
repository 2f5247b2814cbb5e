"""Changing an image's locations, the URLs of its data, by a PATCH.

Source: Glance 33 ``api/v2/images.py``.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mockserver.blobs.stores import WEB, Location, is_elsewhere
from mockserver.glance.data.fetching import (
    FetchFailed,
    NotThere,
    Refused,
    fetch,
    size_of,
)
from mockserver.glance.data.uploads import HASH_ALGORITHM
from mockserver.glance.errors import BadRequest, Conflict, Forbidden

if TYPE_CHECKING:
    from mockserver.blobs.stores import Stores
    from mockserver.glance.requests.call import Call
    from mockserver.glance.requests.patches import Change
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.images import Image

Sizes = Mapping[str, int]
"""Sizes in bytes by URL.

A size is 0 where the host has nothing there, or does not say how much; a URL is missing
where its host did not answer, or may not be asked.
"""


def measure(state: CloudState, urls: Iterable[str]) -> Sizes:
    """Ask other hosts for the sizes of what is under some URLs."""
    sizes = {}
    for url in dict.fromkeys(urls):
        try:
            with fetch(state.settings.allow_web_download, url, "HEAD") as answer:
                sizes[url] = size_of(answer) or 0
        except NotThere:
            sizes[url] = 0
        except (Refused, FetchFailed):
            continue
    return sizes


def named_urls(changes: Iterable[Change]) -> list[str]:
    """Return the URLs that changes of locations name."""
    urls = []
    for change in changes:
        if change.name == "locations" and change.value:
            values = change.value if change.operation == "replace" else [change.value]
            urls += [location["url"] for location in values]
    return urls


def by_age(new: list[Location], old: list[Location]) -> list[Location]:
    """Return locations in the order in which Glance stores them: the old ones first.

    The answer to a PATCH shows them in the order that it asked for, later answers in
    the order stored.
    """
    urls = [location["url"] for location in old]

    def age(location: Location) -> tuple[int, bool]:
        is_known = location["url"] in urls
        place = urls.index(location["url"]) if is_known else len(urls)
        return place, location not in old

    return sorted(new, key=age)


class LocationEditor:
    """Changes the locations of one image, without storing it.

    ``sizes`` are those of the locations that may be added. Methods raise
    :class:`BadRequest`, :class:`Conflict` or :class:`Forbidden`.
    """

    def __init__(self, stores: Stores, image: Image, sizes: Sizes) -> None:
        self._stores = stores
        self._image = image
        self._sizes = sizes

    def apply(self, call: Call, change: Change) -> None:
        """Apply a change that a PATCH lists; raises as :meth:`Call.enforce`, too."""
        if change.operation == "replace" and not change.value:
            raise Forbidden(detail="Cannot set locations to empty list.")
        removes = change.operation == "remove"
        rule = "delete_image_location" if removes else "set_image_location"
        call.enforce(rule, self._image)
        if removes:
            self._check_status("remove", ("active",))
            self._remove(change.path[1])
        elif change.operation == "replace":
            self._check_status("replace", ("active", "queued"))
            self._replace(change.value)
        else:
            self._check_status("add", ("active", "queued"))
            self._add(change.path[1], change.value)

    def _check_status(self, verb: str, statuses: tuple[str, ...]) -> None:
        if self._image.status not in statuses:
            raise Conflict(
                f"It's not allowed to {verb} locations if image status is"
                f" {self._image.status}."
            )

    def _replace(self, values: list[dict[str, Any]]) -> None:
        hashes = _new_hashes(self._image, values)
        new = [self.place(value) for value in values]
        old = self._image.locations
        if sorted(one["url"] for one in old) != sorted(one["url"] for one in new):
            if old:
                shown = [{**one, "status": "active"} for one in old]
                raise BadRequest(f"Original locations is not empty: {shown}")
            for location in new:
                self.check(location)
                _check_single(location, new, most=1)
        self._image.locations = new
        self._take_size(new)
        self._activate(hashes)

    def _add(self, position: str, value: dict[str, Any]) -> None:
        hashes = _new_hashes(self._image, [value])
        location = self.place(value)
        locations = self._image.locations
        place = len(locations) if position == "-" else _number(position)
        if place is None:
            raise BadRequest("Invalid position for adding a location.")
        self.append(location, place)
        self._activate(hashes)

    def append(self, location: Location, place: int | None = None) -> None:
        """Add a location, at the end or before the one at index ``place``."""
        locations = self._image.locations
        self.check(location)
        _check_single(location, locations, most=0)
        locations.insert(len(locations) if place is None else place, location)
        self._take_size([location])

    def _remove(self, position: str) -> None:
        locations = self._image.locations
        if len(locations) == 1:
            raise Forbidden(detail="Cannot remove last location in the image.")
        place = len(locations) - 1 if position == "-" else _number(position)
        if place is None or place >= len(locations):
            raise BadRequest("Invalid position for removing a location.")
        del locations[place]

    def place(self, value: dict[str, Any]) -> Location:
        """Return a location as it is stored: with the name of its store."""
        url, metadata = value["url"], dict(value["metadata"])
        if self._stores.names:
            for name in self._stores.names:
                if url == self._stores.locate(name, self._image.id)["url"]:
                    metadata["store"] = name
            if is_elsewhere(value):
                metadata["store"] = WEB
        # ``validation_data`` is shown in the answer to the PATCH, and not stored
        return {**value, "metadata": metadata}

    def check(self, location: Location) -> None:
        """Raise :class:`BadRequest` for a location where no data can be read."""
        # for an image without a size, Glance's quota looks the size up first
        is_known = not is_elsewhere(location) or location["url"] in self._sizes
        if not (self._image.size or is_known):
            raise BadRequest("The Store URI was malformed.")
        if not is_elsewhere(location) or not self._sizes.get(location["url"]):
            raise BadRequest("Invalid location")

    def _take_size(self, locations: list[Location]) -> None:
        if not self._image.size and locations:
            self._image.size = self._sizes.get(locations[0]["url"])

    def _activate(self, hashes: dict[str, str]) -> None:
        if self._image.status == "queued":
            for name, value in hashes.items():
                setattr(self._image, name, value)
            self._image.status = "active"


def _check_single(location: Location, among: list[Location], most: int) -> None:
    same = [
        one
        for one in among
        if (one["url"], one["metadata"]) == (location["url"], location["metadata"])
    ]
    if len(same) > most:
        raise BadRequest(f"The location {location['url']} already exists")


def _number(position: str) -> int | None:
    return int(position) if position.isdigit() else None


def _new_hashes(image: Image, values: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the hashes that locations give of the data and the image has not yet.

    Raises :class:`Conflict` for hashes that contradict each other or the image's, that
    come after the data, or that are malformed.
    """
    said: dict[str, str] = {}
    for value in values:
        for name, text in value.get("validation_data", {}).items():
            if said.setdefault(name, text) != text:
                raise Conflict(f"Conflicting values for {name}")
    new = {name: text for name, text in said.items() if getattr(image, name) != text}
    for name in new:
        if getattr(image, name):
            raise Conflict(f"{name} is already set with a different value")
    if new and image.status != "queued":
        raise Conflict(
            f"New value(s) for {', '.join(new)} may only be provided when image status"
            " is 'queued'"
        )
    if new:
        _check_hashes(new)
    return new


def _check_hashes(said: dict[str, str]) -> None:
    if "checksum" in said:
        _check_digest("checksum", said["checksum"], "md5")
    if said.get("os_hash_algo") != HASH_ALGORITHM:
        got = said.get("os_hash_algo")
        raise Conflict(f"os_hash_algo must be {HASH_ALGORITHM}, not {got}")
    _check_digest("os_hash_value", said["os_hash_value"], HASH_ALGORITHM)


def _check_digest(name: str, text: str, algorithm: str) -> None:
    try:
        digest = binascii.unhexlify(text)
    except ValueError:
        raise Conflict(f"{name} ({text}) is not a valid hexadecimal value") from None
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    if len(digest) != size:
        raise Conflict(
            f"{name} ({text}) is not the correct size for {algorithm}"
            f" (should be {size} bytes)"
        )
