"""Images in the database: one record, with its properties, tags and locations."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

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
        return {column.name: getattr(self, column.name) for column in IMAGES.columns}


ATTRIBUTES = frozenset(field.name for field in dataclasses.fields(Image))


def find_image(db: Connection, image_id: str) -> Image | None:
    """Return an image, a deleted one too."""
    row = db.execute(select(IMAGES).where(IMAGES.c.id == image_id)).mappings().first()
    return None if row is None else load_images(db, [row])[0]


def load_images(db: Connection, rows: Sequence[RowMapping]) -> list[Image]:
    """Make images of their rows, fetching what they have many of in three queries."""
    images = [Image(**row) for row in rows]
    ids = [image.id for image in images]
    properties, tags, locations = (
        _parts_of(db, table, ids) for table in (PROPERTIES, TAGS, LOCATIONS)
    )
    for image in images:
        image.properties = {
            part["name"]: part["value"] for part in properties[image.id]
        }
        image.tags = [part["value"] for part in tags[image.id]]
        image.locations = [
            {"url": part["url"], "metadata": part["metadata"]}
            for part in locations[image.id]
        ]
    return images


def _parts_of(
    db: Connection, table: Any, ids: Sequence[str]
) -> defaultdict[str, list[RowMapping]]:
    parts: defaultdict[str, list[RowMapping]] = defaultdict(list)
    if ids:
        statement = select(table).where(table.c.image_id.in_(ids))
        for row in db.execute(statement.order_by(table.c.number)).mappings():
            parts[row["image_id"]].append(row)
    return parts


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
            {"image_id": image.id, **location}
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


def add_location(db: Connection, image_id: str, url: str) -> None:
    db.execute(insert(LOCATIONS), {"image_id": image_id, "url": url, "metadata": {}})


def mark_deleted(db: Connection, image_id: str, now: str) -> None:
    """Take an image out of every answer, and drop all but its bare record."""
    values = {"deleted": True, "status": "deleted", "updated_at": now}
    db.execute(update(IMAGES).where(IMAGES.c.id == image_id), values)
    for table in (PROPERTIES, TAGS, LOCATIONS, MEMBERS):
        db.execute(delete(table).where(table.c.image_id == image_id))
