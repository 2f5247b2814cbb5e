"""Resources of Keystone 30 (API v3); source: the ``schema.py`` of each subsystem.

The fields of users, services and endpoints are in the order of the documents' tables,
those of the other resources in the order in which ``openstack`` 10.5 shows them.
Application credentials, endpoint groups and limits have modules of their own.
"""

from __future__ import annotations

from imagectl.contract import ID_PATTERN, VISIBLE_CHARACTER, Field, Resource

INTERFACES = ("admin", "internal", "public")
TAG_PATTERN = "^[^,/]*$"
URL_PATTERN = "^[a-zA-Z0-9+.-]+:.+"

_TAGS = Field(
    "tags",
    "array",
    items={
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": TAG_PATTERN,
    },
    default=(),
)
_LISTING = ("limit", "marker")


def _identifier(**changes: str) -> Field:
    return Field("id", read_only=True, max_length=64, **changes)  # type: ignore[arg-type]


def _name(max_length: int) -> Field:
    return Field(
        "name",
        min_length=1,
        max_length=max_length,
        pattern=VISIBLE_CHARACTER,
        required=True,
        filter="exact",
        sortable=True,
    )


def _domain(header: str) -> Field:
    return Field(
        "domain_id",
        min_length=1,
        max_length=64,
        pattern=ID_PATTERN,
        create_only=True,
        filter="exact",
        header=header,
    )


USER = Resource(
    noun="user",
    service="identity",
    collection="users",
    long_columns=(
        "id",
        "name",
        "default_project_id",
        "domain_id",
        "description",
        "email",
        "enabled",
    ),
    extensible=True,
    query_keys=(*_LISTING, "sort_key", "sort_dir"),
    fields=(
        _domain("Domain"),
        Field("enabled", "flag", default=True, filter="exact"),
        _identifier(),
        _name(255),
        Field(
            "default_project_id",
            nullable=True,
            max_length=64,
            shown="set",
            header="Project",
        ),
        Field("email", nullable=True, stored=False, shown="set"),
        Field("description", nullable=True, stored=False, shown="set"),
        Field("password", nullable=True, stored=False, shown="never"),
        Field(
            "password_expires_at",
            "time",
            nullable=True,
            read_only=True,
            shown="long",
        ),
        Field("options", "object", default={}, shown="long"),
    ),
)

PROJECT = Resource(
    noun="project",
    service="identity",
    collection="projects",
    long_columns=("id", "name", "domain_id", "description", "enabled"),
    extensible=True,
    extras="rows",
    query_keys=(*_LISTING, "tags", "tags-any", "not-tags", "not-tags-any"),
    fields=(
        Field("description", nullable=True, default=""),
        Field(
            "domain_id",
            nullable=True,
            max_length=64,
            pattern=ID_PATTERN,
            create_only=True,
            filter="exact",
            header="Domain ID",
        ),
        Field("enabled", "flag", default=True, filter="exact"),
        _identifier(),
        Field("is_domain", "flag", default=False, create_only=True, filter="exact"),
        _name(64),
        Field("options", "object", default={}),
        Field(
            "parent_id",
            nullable=True,
            max_length=64,
            pattern=ID_PATTERN,
            create_only=True,
            filter="exact",
        ),
        _TAGS,
    ),
)

DOMAIN = Resource(
    noun="domain",
    service="identity",
    collection="domains",
    columns=("id", "name", "enabled", "description"),
    query_keys=_LISTING,
    fields=(
        _identifier(),
        _name(64),
        Field("enabled", "flag", default=True, filter="exact"),
        Field("description", nullable=True, max_length=255, default=""),
        Field("options", "object", default={}),
        Field(
            "tags",
            "array",
            items=_TAGS.items,
            default=(),
            shown="long",
        ),
    ),
)

ROLE = Resource(
    noun="role",
    service="identity",
    collection="roles",
    extensible=True,
    query_keys=_LISTING,
    fields=(
        _identifier(),
        _name(255),
        Field(
            "domain_id",
            nullable=True,
            min_length=1,
            max_length=64,
            pattern=ID_PATTERN,
            create_only=True,
            filter="exact",
            header="Domain",
        ),
        Field("description", nullable=True),
        Field("options", "object", default={}, shown="long"),
    ),
)

GROUP = Resource(
    noun="group",
    service="identity",
    collection="groups",
    long_columns=("id", "name", "domain_id", "description"),
    extensible=True,
    query_keys=(*_LISTING, "sort_key", "sort_dir"),
    fields=(
        Field("description", nullable=True, default=""),
        _domain("Domain ID"),
        _identifier(),
        _name(64),
    ),
)

SERVICE = Resource(
    noun="service",
    service="identity",
    collection="services",
    columns=("id", "name", "type"),
    long_columns=("id", "name", "type", "description", "enabled"),
    extensible=True,
    shapes_catalog=True,
    query_keys=_LISTING,
    fields=(
        Field("description", nullable=True, stored=False),
        Field("enabled", "boolean", default=True),
        _identifier(),
        Field("name", min_length=1, max_length=255, stored=False, filter="exact"),
        Field("type", min_length=1, max_length=255, required=True, filter="exact"),
    ),
)

ENDPOINT = Resource(
    noun="endpoint",
    service="identity",
    collection="endpoints",
    columns=(
        "id",
        "region",
        "service_name",
        "service_type",
        "enabled",
        "interface",
        "url",
    ),
    extensible=True,
    shapes_catalog=True,
    query_keys=_LISTING,
    fields=(
        Field("enabled", "boolean", default=True),
        _identifier(),
        Field("interface", choices=INTERFACES, required=True, filter="exact"),
        Field("region", nullable=True, stored=False),
        Field("region_id", nullable=True, max_length=255, filter="exact"),
        Field("service_id", max_length=64, required=True, filter="exact"),
        Field("service_name", read_only=True, stored=False),
        Field("service_type", read_only=True, stored=False),
        Field(
            "url",
            min_length=0,
            max_length=225,
            pattern=URL_PATTERN,
            required=True,
            header="URL",
        ),
    ),
)

REGION = Resource(
    noun="region",
    service="identity",
    collection="regions",
    columns=("id", "parent_region_id", "description"),
    extensible=True,
    shapes_catalog=True,
    fields=(
        Field("id", max_length=255, create_only=True, label="region", header="Region"),
        Field("description", nullable=True, max_length=255, default=""),
        Field(
            "parent_region_id",
            nullable=True,
            min_length=1,
            max_length=255,
            filter="exact",
            label="parent_region",
            header="Parent Region",
        ),
    ),
)

CREDENTIAL = Resource(
    noun="credential",
    service="identity",
    collection="credentials",
    columns=("id", "type", "user_id", "blob", "project_id"),
    extensible=True,
    query_keys=("limit",),
    fields=(
        Field("id", read_only=True, max_length=64),
        Field("user_id", required=True, create_only=True, filter="exact"),
        Field("project_id", nullable=True, create_only=True),
        Field("type", required=True, create_only=True, filter="exact"),
        Field("blob", required=True, header="Data"),
    ),
)

POLICY = Resource(
    noun="policy",
    service="identity",
    collection="policies",
    columns=("id", "type"),
    long_columns=("id", "type", "blob"),
    extensible=True,
    query_keys=("limit",),
    fields=(
        Field("id", read_only=True, max_length=64),
        Field("blob", required=True, label="rules", header="Rules"),
        Field("type", max_length=255, required=True, filter="exact"),
    ),
)
