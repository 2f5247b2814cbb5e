"""Reading images: one row holds an image with its properties, tags and locations."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select
from sqlalchemy.sql.elements import Label

from mockserver.storage.image_tables import IMAGES, LOCATIONS, PROPERTIES, TAGS
from mockserver.storage.prepared import Prepared


def select_whole_images() -> Select[Any]:
    """Select images, with their properties, tags and locations as JSON columns."""
    return select(
        IMAGES,
        _gather("properties", PROPERTIES, "name", "value"),
        _gather("tags", TAGS, "value"),
        _gather("locations", LOCATIONS, "url", "metadata"),
    )


def _gather(label: str, table: Table, *names: str) -> Label[Any]:
    """Return a JSON column: the named values of an image's rows in another table.

    They are in the order in which they were added.
    """
    parts = select(table).where(table.c.image_id == IMAGES.c.id)
    ordered = parts.order_by(table.c.number).correlate(IMAGES).subquery(f"its_{label}")
    values = func.json_array(*(ordered.c[name] for name in names))
    gathered = select(func.json_group_array(values)).select_from(ordered)
    return gathered.scalar_subquery().label(label)


def decode_parts(row: dict[str, Any]) -> dict[str, Any]:
    """Decode the JSON columns of a row of :func:`select_whole_images`, in place."""
    row["properties"] = dict(_read_array(row["properties"]))
    row["tags"] = [tag for (tag,) in _read_array(row["tags"])]
    row["locations"] = [
        {"url": url, "metadata": json.loads(metadata)}
        for url, metadata in _read_array(row["locations"])
    ]
    return row


def _read_array(text: str) -> list[Any]:
    # most images have no properties, tags or locations
    found: list[Any] = [] if text == "[]" else json.loads(text)
    return found


@Prepared
def image_by_id() -> Select[Any]:
    """Select the image whose id is the parameter ``wanted_id``."""
    return select_whole_images().where(IMAGES.c.id == bindparam("wanted_id"))
