"""Images read from the database, each with all that belongs to it in one row."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select
from sqlalchemy.sql.elements import Label

from mockserver.storage.image_tables import IMAGES, LOCATIONS, PROPERTIES, TAGS
from mockserver.storage.prepared import Prepared


def select_whole_images() -> Select[Any]:
    """Select images whose properties, tags and locations are columns of JSON."""
    return select(
        IMAGES,
        _gather("properties", PROPERTIES, "name", "value"),
        _gather("tags", TAGS, "value"),
        _gather("locations", LOCATIONS, "url", "metadata"),
    )


def _gather(label: str, table: Table, *names: str) -> Label[Any]:
    """Return a column with the values of an image's parts, in the order of adding."""
    parts = select(table).where(table.c.image_id == IMAGES.c.id)
    ordered = parts.order_by(table.c.number).correlate(IMAGES).subquery(f"its_{label}")
    values = func.json_array(*(ordered.c[name] for name in names))
    gathered = select(func.json_group_array(values)).select_from(ordered)
    return gathered.scalar_subquery().label(label)


def decode_parts(row: dict[str, Any]) -> dict[str, Any]:
    """Turn the columns of JSON in a row into what an image holds."""
    row["properties"] = dict(_read_array(row["properties"]))
    row["tags"] = [tag for (tag,) in _read_array(row["tags"])]
    row["locations"] = [
        {"url": url, "metadata": json.loads(metadata)}
        for url, metadata in _read_array(row["locations"])
    ]
    return row


def _read_array(text: str) -> list[Any]:
    # most images have none of anything
    found: list[Any] = [] if text == "[]" else json.loads(text)
    return found


@Prepared
def image_by_id() -> Select[Any]:
    return select_whole_images().where(IMAGES.c.id == bindparam("wanted_id"))
