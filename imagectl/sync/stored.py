"""The stored images of a collection, found by the properties that sync gives them.

These properties are called marks. The mark of the name is needed because older
versions of an image are renamed, the mark of the checksum because Glance computes a
hash of another algorithm than the declared one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagectl.api.client import Client, Record
from imagectl.api.filters import Condition, list_images
from imagectl.sync.declaration import DeclaredImage
from imagectl.sync.values import MARK_PREFIX, Checksum
from imagectl.transfer.digest import stated_hashes

COLLECTION_MARK = f"{MARK_PREFIX}collection"
NAME_MARK = f"{MARK_PREFIX}name"
CHECKSUM_MARK = f"{MARK_PREFIX}checksum"
VERSION_MARK = f"{MARK_PREFIX}version"


def make_marks(image: DeclaredImage, checksum: Checksum) -> dict[str, str]:
    """Return the marks for the stored image of a declared one."""
    marks = {
        COLLECTION_MARK: image.collection,
        NAME_MARK: image.name,
        CHECKSUM_MARK: str(checksum),
        VERSION_MARK: image.version,
    }
    return {key: value for key, value in marks.items() if value is not None}


def list_collection(client: Client, collection: str) -> list[Record]:
    """Return the images of a collection, hidden ones too, newest first."""
    return list(_list_own(client, (COLLECTION_MARK, collection)))


def list_unmarked(client: Client, name: str) -> list[Record]:
    """Return the images of a name that sync did not create, newest first."""
    own = _list_own(client, ("name", name))
    return [image for image in own if NAME_MARK not in image]


def _list_own(client: Client, condition: Condition) -> Iterator[Record]:
    """Yield the images that the project owns: first visible, then hidden ones."""
    owner = client.session.project_id
    conditions = [condition, *([("owner", owner)] if owner else [])]
    newest_first = {"sort": "created_at:desc"}
    for which in ({}, {"os_hidden": "true"}):
        yield from list_images(client, conditions, parameters=newest_first | which)


def has_data_of(record: Mapping[str, Any], checksum: Checksum) -> bool:
    """Tell whether the data of a stored image has this checksum.

    Glance's own hashes and the image's mark are compared with it.
    """
    stated = stated_hashes(record).get(checksum.algorithm)
    return checksum.value == stated or record.get(CHECKSUM_MARK) == str(checksum)


def version_of(record: Mapping[str, Any]) -> str:
    """Return the declared version of a stored image, or the day of its creation."""
    return str(record.get(VERSION_MARK) or record["created_at"][:10])
