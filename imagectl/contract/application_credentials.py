"""Application credentials and access rules of Keystone 30.

Source: ``application_credential/schema.py``. Both have URLs below the user they belong
to (``/users/{id}/application_credentials``), although the links in their records leave
the user out.
"""

from __future__ import annotations

from imagectl.contract import ID_PATTERN, VISIBLE_CHARACTER, Field, Resource

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
PATH_PATTERN = r"^/\.*"

ACCESS_RULE = Resource(
    noun="access_rule",
    service="identity",
    collection="access_rules",
    columns=("id", "service", "method", "path"),
    query_keys=("limit",),
    fields=(
        Field("path", min_length=0, max_length=225, pattern=PATH_PATTERN, label="Path"),
        Field(
            "service",
            min_length=1,
            max_length=64,
            pattern=ID_PATTERN,
            filter="exact",
            label="Service",
        ),
        Field("method", choices=METHODS, filter="exact", label="Method"),
        Field("id", max_length=64, min_length=1, pattern=ID_PATTERN, label="ID"),
    ),
)

APPLICATION_CREDENTIAL = Resource(
    noun="application_credential",
    service="identity",
    collection="application_credentials",
    columns=(
        "id",
        "name",
        "description",
        "project_id",
        "roles",
        "unrestricted",
        "access_rules",
        "expires_at",
    ),
    query_keys=("limit",),
    fields=(
        Field("id", max_length=64, create_only=True, label="ID"),
        Field(
            "name",
            min_length=1,
            max_length=255,
            pattern=VISIBLE_CHARACTER,
            required=True,
            create_only=True,
            filter="exact",
            label="Name",
        ),
        Field("description", nullable=True, create_only=True, label="Description"),
        Field("user_id", read_only=True, max_length=64, shown="long", label="User ID"),
        Field("project_id", create_only=True, max_length=64, label="Project ID"),
        Field("system", nullable=True, create_only=True, shown="long", label="System"),
        Field("expires_at", nullable=True, create_only=True, label="Expires At"),
        Field(
            "unrestricted",
            "boolean",
            nullable=True,
            create_only=True,
            label="Unrestricted",
        ),
        Field(
            "secret",
            nullable=True,
            create_only=True,
            stored=False,
            shown="set",
            label="Secret",
        ),
        Field("roles", "array", create_only=True, label="Roles"),
        Field("access_rules", "array", create_only=True, label="Access Rules"),
    ),
)
