"""Images in the database: one record, with its properties, tags and locations."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from mockserver.storage.image_rows import decode_parts, image_by_id
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
    """An image as it is stored; sizes in bytes, except those of the minimums."""

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
        columns = {one.name: getattr(self, one.name) for one in IMAGES.columns}
        return {**columns, "owner": self.owner or None}


ATTRIBUTES = frozenset(field.name for field in dataclasses.fields(Image))


def find_image(db: Connection, image_id: str) -> Image | None:
    """Return an image, a deleted one too."""
    found = image_by_id.fetch(db, wanted_id=image_id)
    return Image(**decode_parts(found[0])) if found else None


def insert_images(db: Connection, images: Iterable[Image]) -> None:
    """Add images. Raises :class:`DuplicateRecord` if an id is, or ever was, taken."""
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
    """Overwrite the record of an image with everything that belongs to it."""
    db.execute(update(IMAGES).where(IMAGES.c.id == image.id), image.columns())
    for table in (PROPERTIES, TAGS, LOCATIONS):
        db.execute(delete(table).where(table.c.image_id == image.id))
    _insert_parts(db, [image])


def change_status(
    db: Connection, image_id: str, old: str, new: str, **values: Any
) -> bool:
    """Move an image from one status to another, and set further columns with it.

    Returns False, and changes nothing, if it is not in the ``old`` status any more.
    """
    statement = update(IMAGES).where(
        IMAGES.c.id == image_id, IMAGES.c.status == old, IMAGES.c.deleted.is_(False)
    )
    return db.execute(statement, {**values, "status": new}).rowcount == 1


def add_location(db: Connection, image_id: str, location: dict[str, Any]) -> None:
    db.execute(insert(LOCATIONS), {"image_id": image_id, **location})


def mark_deleted(db: Connection, image_id: str, now: str) -> None:
    """Take an image out of every answer, and drop all but its bare record."""
    values = {"deleted": True, "status": "deleted", "updated_at": now}
    db.execute(update(IMAGES).where(IMAGES.c.id == image_id), values)
    for table in (PROPERTIES, TAGS, LOCATIONS, MEMBERS):
        db.execute(delete(table).where(table.c.image_id == image_id))
