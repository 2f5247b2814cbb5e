"""Endpoint groups of Keystone 30 (``OS-EP-FILTER``); source: ``catalog/schema.py``.

No field has a filter: Keystone 30 lists all endpoint groups, whatever name a request
asks for.
"""

from __future__ import annotations

from imagectl.contract import VISIBLE_CHARACTER, Field, Resource

ENDPOINT_GROUP = Resource(
    noun="endpoint_group",
    service="identity",
    collection="endpoint_groups",
    root="/OS-EP-FILTER",
    columns=("id", "name", "description"),
    fields=(
        Field("description", nullable=True),
        Field("filters", "object", required=True),
        Field("id", read_only=True, max_length=64),
        Field(
            "name",
            min_length=1,
            max_length=255,
            pattern=VISIBLE_CHARACTER,
            required=True,
        ),
    ),
)
