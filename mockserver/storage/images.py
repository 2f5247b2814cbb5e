"""Images in the database: a row each, with properties, tags and locations."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mockserver.storage.image_rows import (
    decode_parts,
    image_by_id,
    select_whole_images,
)
from mockserver.storage.image_tables import (
    IMAGES,
    LOCATIONS,
    MEMBERS,
    PROPERTIES,
    TAGS,
)
from mockserver.storage.repository import DuplicateRecord


@dataclass
class Image:
    """An image as it is stored.

    ``size`` and ``virtual_size`` are in bytes, ``min_ram`` in MiB, ``min_disk`` in GiB.
    Times are text, as ``image_tables.py`` says.
    """

    id: str
    created_at: str
    updated_at: str
    name: str | None = None
    status: str = "queued"
    visibility: str = "shared"
    protected: bool = False
    os_hidden: bool = False
    checksum: str | None = None
    os_hash_algo: str | None = None
    os_hash_value: str | None = None
    owner: str | None = None
    size: int | None = None
    virtual_size: int | None = None
    container_format: str | None = None
    disk_format: str | None = None
    min_ram: int = 0
    min_disk: int = 0
    deleted: bool = False
    properties: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    locations: list[dict[str, Any]] = field(default_factory=list)

    def columns(self) -> dict[str, Any]:
        """Return the values of its own row, without properties, tags and locations."""
        columns = {one.name: getattr(self, one.name) for one in IMAGES.columns}
        return {**columns, "owner": self.owner or None}


MOVING = ("saving", "uploading", "importing")
"""Statuses of images that data is on its way to."""
ATTRIBUTES = frozenset(field.name for field in dataclasses.fields(Image))


def find_image(db: Connection, image_id: str) -> Image | None:
    """Return an image, also a deleted one; None if there never was one."""
    found = image_by_id.fetch(db, wanted_id=image_id)
    return Image(**decode_parts(found[0])) if found else None


def insert_images(db: Connection, images: Iterable[Image]) -> None:
    """Add images. Raises :class:`DuplicateRecord` for an id that was ever used."""
    images = list(images)
    if not images:
        return
    try:
        db.execute(insert(IMAGES), [image.columns() for image in images])
    except IntegrityError as error:
        raise DuplicateRecord(str(error.orig)) from error
    _insert_parts(db, images)


def _insert_parts(db: Connection, images: list[Image]) -> None:
    parts = {
        PROPERTIES: [
            {"image_id": image.id, "name": name, "value": value}
            for image in images
            for name, value in image.properties.items()
        ],
        TAGS: [
            {"image_id": image.id, "value": tag}
            for image in images
            for tag in dict.fromkeys(image.tags)
        ],
        LOCATIONS: [
            {
                "image_id": image.id,
                "url": location["url"],
                "metadata": location["metadata"],
            }
            for image in images
            for location in image.locations
        ],
    }
    for table, rows in parts.items():
        if rows:
            db.execute(insert(table), rows)


def save_image(db: Connection, image: Image) -> None:
    """Overwrite an image, its properties, tags and locations."""
    db.execute(update(IMAGES).where(IMAGES.c.id == image.id), image.columns())
    for table in (PROPERTIES, TAGS, LOCATIONS):
        db.execute(delete(table).where(table.c.image_id == image.id))
    _insert_parts(db, [image])


def change_status(
    db: Connection, image_id: str, old: str, new: str, **values: Any
) -> bool:
    """Change an image's status from ``old`` to ``new``, and set further columns.

    Returns False, and changes nothing, if its status is not ``old``.
    """
    statement = update(IMAGES).where(
        IMAGES.c.id == image_id, IMAGES.c.status == old, IMAGES.c.deleted.is_(False)
    )
    return db.execute(statement, {**values, "status": new}).rowcount == 1


def add_location(db: Connection, image_id: str, location: dict[str, Any]) -> None:
    db.execute(insert(LOCATIONS), {"image_id": image_id, **location})


def mark_deleted(db: Connection, image_id: str, now: str) -> None:
    """Mark an image as deleted; drop its properties, tags, locations and members."""
    values = {"deleted": True, "status": "deleted", "updated_at": now}
    db.execute(update(IMAGES).where(IMAGES.c.id == image_id), values)
    for table in (PROPERTIES, TAGS, LOCATIONS, MEMBERS):
        db.execute(delete(table).where(table.c.image_id == image_id))


def find_unfinished(db: Connection, lock: str) -> list[Image]:
    """Return the images that data is on its way to, or that have the property."""
    locked = select(PROPERTIES.c.image_id).where(PROPERTIES.c.name == lock)
    statement = select_whole_images().where(
        IMAGES.c.deleted.is_(False),
        IMAGES.c.status.in_(MOVING) | IMAGES.c.id.in_(locked),
    )
    rows = db.execute(statement).mappings()
    return [Image(**decode_parts(dict(row))) for row in rows]


def all_locations(db: Connection) -> list[tuple[str, dict[str, Any]]]:
    """Return every location, with the id of its image."""
    statement = select(LOCATIONS.c.image_id, LOCATIONS.c.url, LOCATIONS.c.metadata)
    return [
        (image_id, {"url": url, "metadata": metadata})
        for image_id, url, metadata in db.execute(statement)
    ]
