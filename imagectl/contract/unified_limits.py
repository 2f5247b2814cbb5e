"""Limits and registered limits of Keystone 30; source: ``limit/schema.py``."""

from __future__ import annotations

from imagectl.contract import ID_PATTERN, VISIBLE_CHARACTER, Field, Resource

_ID = Field("id", read_only=True, max_length=64)
_SERVICE_ID = Field("service_id", max_length=64, required=True, filter="exact")
_REGION_ID = Field(
    "region_id", nullable=True, min_length=1, max_length=255, filter="exact"
)
_RESOURCE_NAME = Field(
    "resource_name",
    min_length=1,
    max_length=255,
    pattern=VISIBLE_CHARACTER,
    required=True,
    filter="exact",
)
_DESCRIPTION = Field("description", nullable=True, max_length=255)


def _owner(name: str) -> Field:
    return Field(
        name,
        nullable=True,
        min_length=1,
        max_length=64,
        pattern=ID_PATTERN,
        create_only=True,
        filter="exact",
    )


REGISTERED_LIMIT = Resource(
    noun="registered_limit",
    service="identity",
    collection="registered_limits",
    columns=(
        "id",
        "service_id",
        "resource_name",
        "default_limit",
        "description",
        "region_id",
    ),
    query_keys=("limit",),
    created_in_lists=True,
    fields=(
        _ID,
        _SERVICE_ID,
        _REGION_ID,
        _RESOURCE_NAME,
        Field("default_limit", "integer", required=True),
        _DESCRIPTION,
    ),
)

LIMIT = Resource(
    noun="limit",
    service="identity",
    collection="limits",
    columns=(
        "id",
        "project_id",
        "service_id",
        "resource_name",
        "resource_limit",
        "description",
        "region_id",
    ),
    query_keys=("limit",),
    created_in_lists=True,
    fields=(
        _ID,
        _owner("project_id"),
        _owner("domain_id"),
        Field("resource_limit", "integer", required=True),
        _DESCRIPTION,
        _SERVICE_ID,
        _REGION_ID,
        _RESOURCE_NAME,
    ),
)
