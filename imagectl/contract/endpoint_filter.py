"""Endpoint groups of Keystone 30; source: ``catalog/schema.py``.

A listing takes no filter: Keystone's own list of them names none that is an attribute
(``api/os_ep_filter.py``), and what it does not know it ignores.
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
