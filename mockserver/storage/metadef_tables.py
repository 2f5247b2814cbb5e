"""SQL tables of metadata definitions, with the columns of Glance's own."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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

from mockserver.storage.image_tables import TIME_LENGTH

METADATA = MetaData()

NAME_LENGTH = 255  # Glance does not check it for tags that are sent in a list


def _times() -> list[Column[str]]:
    return [
        Column("created_at", String(TIME_LENGTH), nullable=False),
        Column("updated_at", String(TIME_LENGTH)),
    ]


def _part_table(name: str, *columns: SchemaItem) -> Table:
    """Return a table of something a namespace has several of, each with a name."""
    return Table(
        name,
        METADATA,
        Column("id", Integer, primary_key=True),
        Column(
            "namespace_id", Integer, ForeignKey("metadef_namespaces.id"), nullable=False
        ),
        Column("name", String(NAME_LENGTH), nullable=False),
        *columns,
        *_times(),
        UniqueConstraint("namespace_id", "name"),
    )


NAMESPACES = Table(
    "metadef_namespaces",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("namespace", String(80), nullable=False, unique=True),
    Column("display_name", String(80)),
    Column("description", Text),
    Column("visibility", String(32), nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("owner", String(255), nullable=False),
    *_times(),
    Index("metadef_namespace_owner", "owner"),
)
OBJECTS = _part_table(
    "metadef_objects",
    Column("description", Text),
    Column("required", Text),
    Column("json_schema", JSON, nullable=False),
)
"""``required`` is text: names separated by commas, as Glance keeps them."""

PROPERTIES = _part_table(
    "metadef_properties", Column("json_schema", JSON, nullable=False)
)
TAGS = _part_table("metadef_tags")
RESOURCE_TYPES = Table(
    "metadef_resource_types",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    *_times(),
)
ASSOCIATIONS = Table(
    "metadef_namespace_resource_types",
    METADATA,
    Column(
        "resource_type_id",
        Integer,
        ForeignKey("metadef_resource_types.id"),
        primary_key=True,
    ),
    Column(
        "namespace_id", Integer, ForeignKey("metadef_namespaces.id"), primary_key=True
    ),
    Column("properties_target", String(80)),
    Column("prefix", String(80)),
    *_times(),
    Index("metadef_association_namespace", "namespace_id"),
)
