"""The images of a collection as the service has them, known by properties of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagectl.api.client import Client, Record
from imagectl.contract.image import IMAGE
from imagectl.sync.declaration import DeclaredImage
from imagectl.sync.values import MARK_PREFIX, Checksum
from imagectl.transfer.digest import stated_hashes

COLLECTION, NAME = f"{MARK_PREFIX}collection", f"{MARK_PREFIX}name"
CHECKSUM, VERSION = f"{MARK_PREFIX}checksum", f"{MARK_PREFIX}version"
"""What an image says of its declaration. The name is there because older versions are
renamed, the checksum because the service computes another hash than is declared."""


def marks(image: DeclaredImage, checksum: Checksum) -> dict[str, str]:
    stated = {
        COLLECTION: image.collection,
        NAME: image.name,
        CHECKSUM: str(checksum),
        VERSION: image.version,
    }
    return {key: value for key, value in stated.items() if value is not None}


def in_collection(client: Client, collection: str) -> list[Record]:
    """Return our project's images of a collection, hidden ones too, newest first."""
    return list(_own(client, {COLLECTION: collection}))


def called(client: Client, name: str) -> list[Record]:
    """Return our project's images of a name that no declaration has made."""
    return [one for one in _own(client, {"name": name}) if NAME not in one]


def _own(client: Client, query: Mapping[str, str]) -> Iterator[Record]:
    owner = client.session.project_id
    scope = {**query, **({"owner": owner} if owner else {}), "sort": "created_at:desc"}
    yield from client.list(IMAGE, scope)
    yield from client.list(IMAGE, {**scope, "os_hidden": "true"})


def holds(record: Mapping[str, Any], checksum: Checksum) -> bool:
    """Tell whether an image has the data that is declared."""
    stated = stated_hashes(record).get(checksum.algorithm)
    return checksum.value == stated or record.get(CHECKSUM) == str(checksum)


def version_of(record: Mapping[str, Any]) -> str:
    """Return what tells an image from later ones of its name: a version or a date."""
    return str(record.get(VERSION) or record["created_at"][:10])
