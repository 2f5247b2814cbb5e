"""Metadata definitions as Glance shows them; attributes that are null are left out."""

from __future__ import annotations

from typing import Any

from mockserver.glance.times import show_time
from mockserver.storage.repository import Record

_NAMESPACE = (
    "namespace",
    "display_name",
    "description",
    "visibility",
    "protected",
    "owner",
)
ASSOCIATION = ("name", "prefix", "properties_target")
HELD = ("resource_type_associations", "properties", "objects", "tags")
"""What a namespace holds, in the order in which it is shown."""


def namespace_path(name: str) -> str:
    return f"/v2/metadefs/namespaces/{name}"


def show_namespace(namespace: Record, **held: Any) -> dict[str, Any]:
    return {
        **_present(namespace, _NAMESPACE),
        **show_times(namespace),
        **{name: held[name] for name in HELD if name in held},
        "self": namespace_path(namespace["namespace"]),
        "schema": "/v2/schemas/metadefs/namespace",
    }


def show_association(association: Record) -> dict[str, Any]:
    return {**_present(association, ASSOCIATION), **show_times(association)}


def show_object(namespace: Record, stored: Record) -> dict[str, Any]:
    required = stored["required"].split(",") if stored["required"] else []
    shown = {**stored, "required": required, "properties": stored["json_schema"]}
    return show_sent_object(namespace, shown)


def show_sent_object(namespace: Record, sent: Record) -> dict[str, Any]:
    """Return the answer to a request that wrote an object: the attributes it sent."""
    return {
        **_present(sent, ("name", "required", "description", "properties")),
        **show_times(sent),
        "self": f"{namespace_path(namespace['namespace'])}/objects/{sent['name']}",
        "schema": "/v2/schemas/metadefs/object",
    }


def show_tag(tag: Record) -> dict[str, Any]:
    return {"name": tag["name"], **show_times(tag)}


def show_times(record: Record) -> dict[str, str]:
    times = _present(record, ("created_at", "updated_at"))
    return {name: show_time(instant) for name, instant in times.items()}


def _present(record: Record, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: record[name] for name in names if record.get(name) is not None}
