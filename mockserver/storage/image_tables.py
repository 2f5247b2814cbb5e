"""SQL tables of Glance's records; columns of an image come from the contract.

Times are text of one width, ``2014-03-21T20:57:45.123456``, UTC: it sorts and compares
as the times do, in every database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from imagectl.contract import Field
from imagectl.contract.image import IMAGE

METADATA = MetaData()

ID_LENGTH = 36
TIME_LENGTH = 26
DEFAULT_LENGTH = 255
# SQLite numbers rows by itself only in a column of type INTEGER
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _type_of(field: Field) -> TypeEngine[Any]:
    if field.kind == "integer":
        return BigInteger()
    if field.kind == "boolean":
        return Boolean()
    if field.kind == "time":
        return String(TIME_LENGTH)
    return String(ID_LENGTH if field.name == "id" else field.max_length or 255)


def _parts_table(name: str, *columns: SchemaItem) -> Table:
    """Return a table of something an image has several of, numbered as added."""
    return Table(
        name,
        METADATA,
        Column("number", _NUMBER, primary_key=True),
        Column("image_id", String(ID_LENGTH), ForeignKey("image.id"), nullable=False),
        *columns,
    )


IMAGES = Table(
    "image",
    METADATA,
    *(
        Column(field.name, _type_of(field), primary_key=field.name == "id")
        for field in IMAGE.fields
        if field.stored
    ),
    # A deleted image keeps its row: nobody can use its id again, and an administrator
    # may use it as the marker of a page.
    Column("deleted", Boolean, nullable=False, default=False),
    Index("image_created", "deleted", "created_at", "id"),
    # each ends in a listing's order, so that a page costs the same among many images
    Index("image_updated", "deleted", "updated_at", "created_at", "id"),
    Index("image_name", "deleted", "name", "created_at", "id"),
    Index("image_owner", "deleted", "owner", "created_at", "id"),
)
PROPERTIES = _parts_table(
    "image_property",
    Column("name", String(DEFAULT_LENGTH), nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("image_id", "name"),
)
TAGS = _parts_table(
    "image_tag",
    Column("value", String(DEFAULT_LENGTH), nullable=False),
    UniqueConstraint("image_id", "value"),
)
LOCATIONS = _parts_table(
    "image_location",
    Column("url", Text, nullable=False),
    Column("metadata", JSON, nullable=False),
    Index("image_location_image", "image_id"),
)
MEMBERS = _parts_table(
    "image_member",
    Column("member_id", String(DEFAULT_LENGTH), nullable=False),
    Column("status", String(20), nullable=False),
    Column("created_at", String(TIME_LENGTH), nullable=False),
    Column("updated_at", String(TIME_LENGTH), nullable=False),
    Index("image_member_id", "member_id"),
    UniqueConstraint("image_id", "member_id"),
)
TASKS = Table(
    "task",
    METADATA,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("type", String(30), nullable=False),
    Column("status", String(30), nullable=False),
    Column("owner", String(DEFAULT_LENGTH)),
    Column("image_id", String(ID_LENGTH)),
    Column("request_id", String(64)),
    Column("user_id", String(64)),
    Column("input", JSON),
    Column("result", JSON),
    Column("message", Text, nullable=False, default=""),
    Column("expires_at", String(TIME_LENGTH)),
    Column("created_at", String(TIME_LENGTH), nullable=False),
    Column("updated_at", String(TIME_LENGTH), nullable=False),
    Index("task_created", "created_at", "id"),
    Index("task_image", "image_id"),
)
CACHED_IMAGES = Table(
    "cached_image",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("image_id", String(ID_LENGTH), nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("hits", Integer, nullable=False, default=0),
    Column("last_accessed", String(TIME_LENGTH), nullable=False),
    Column("last_modified", String(TIME_LENGTH), nullable=False),
)
QUEUED_IMAGES = Table(
    "queued_image",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    # any text that a path names: Glance does not check that it is an image's id
    Column("image_id", Text, nullable=False, unique=True),
)
"""Images that are queued to be cached, in that order."""
