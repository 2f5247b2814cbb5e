"""Metadata definitions of Glance 33; source: ``api/v2/metadef_*.py``.

Objects, properties, tags and resource type associations belong to a namespace, and
their collections are below its URL. All of them are identified by their name; they
have no id.
"""

from __future__ import annotations

from typing import Any

from imagectl.contract import Field, Kind, Resource

VISIBILITIES = ("public", "private")


def _field(name: str, kind: Kind = "string", **more: Any) -> Field:
    """Return a field whose column has the field's own name.

    ``openstack`` 10.5 names the columns of metadata definitions so.
    """
    return Field(name, kind, header=name, **more)


def _name(name: str = "name") -> Field:
    return _field(name, max_length=80, required=True)


_TIMES = (
    _field("created_at", "time", read_only=True),
    _field("updated_at", "time", read_only=True),
)
_LINKS = (
    _field("self", read_only=True, shown="never"),
    _field("schema", read_only=True, shown="never"),
)

NAMESPACE = Resource(
    noun="namespace",
    service="image",
    root="/metadefs",
    collection="namespaces",
    columns=("namespace",),
    long_columns=(
        "namespace",
        "display_name",
        "description",
        "visibility",
        "protected",
        "owner",
    ),
    query_keys=("limit", "marker", "visibility", "resource_types"),
    fields=(
        _name("namespace"),
        _field("display_name", max_length=80),
        _field("description", max_length=500),
        _field("visibility", choices=VISIBILITIES, default="private"),
        _field("protected", "boolean", default=False),
        _field("owner", max_length=255),
        *_TIMES,
        *_LINKS,
        _field("resource_type_associations", "array", create_only=True, shown="set"),
        _field("properties", "object", create_only=True, shown="long"),
        _field("objects", "array", create_only=True, shown="long"),
        _field("tags", "array", create_only=True),
    ),
)

OBJECT = Resource(
    noun="object",
    service="image",
    collection="objects",
    columns=("name", "description"),
    extras="rows",
    fields=(
        _name(),
        _field("description"),
        _field("required", "array"),
        _field("properties", "object"),
        *_TIMES,
        *_LINKS,
    ),
)

PROPERTY = Resource(
    noun="property",
    service="image",
    collection="properties",
    columns=("name", "title", "type"),
    extensible=True,
    extras="rows",
    fields=(
        _name(),
        _field("title", required=True),
        _field("type", required=True),
    ),
)
"""Its other attributes (``enum``, ``minLength``, ...) are the JSON schema of a value;
Glance stores and returns them unchanged."""

TAG = Resource(
    noun="tag",
    service="image",
    collection="tags",
    columns=("name",),
    fields=(_name(), *_TIMES),
)
"""The listing accepts ``limit`` and ``marker``, but its answer never says that there is
another page. So ``limit`` is not in ``query_keys``, and the listing is one request."""

RESOURCE_TYPE = Resource(
    noun="resource type",
    service="image",
    root="/metadefs",
    collection="resource_types",
    columns=("name",),
    fields=(Field("name", max_length=80), *_TIMES),
)

ASSOCIATION = Resource(
    noun="resource type association",
    service="image",
    collection="resource_types",
    columns=("name",),
    long_columns=("name", "prefix", "properties_target"),
    extras="rows",
    fields=(
        Field("name", max_length=80, required=True),
        Field("prefix", max_length=80),
        Field("properties_target", max_length=80),
        *_TIMES,
    ),
)
