"""What records of a seed have to look like: checked before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Any

from imagectl.contract import Resource
from imagectl.contract.identity import (
    ENDPOINT,
    GROUP,
    PROJECT,
    REGION,
    ROLE,
    SERVICE,
    USER,
)
from imagectl.contract.image import IMAGE
from mockserver.glance.times import parse_time

REQUIRED = {
    "regions": ("id",),
    "domains": ("name",),
    "projects": ("name",),
    "roles": ("name",),
    "users": ("name",),
    "services": ("type",),
    "endpoints": ("service_id", "interface", "url"),
    "groups": ("name",),
    "assignments": ("role",),
    "images": (),
    "metadefs": ("namespace",),
}
"""By noun, what a record has to have."""
RESOURCES: Mapping[str, Resource] = {
    "regions": REGION,
    "domains": PROJECT,
    "projects": PROJECT,
    "roles": ROLE,
    "users": USER,
    "services": SERVICE,
    "endpoints": ENDPOINT,
    "groups": GROUP,
    "images": IMAGE,
}
"""By noun, the resource of the API whose types a record's attributes have to have."""
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "time": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "flag": (object,),
    "array": (list, tuple),
    "object": (Mapping,),
}
_DATA_TYPES: Mapping[str, tuple[type, ...]] = {
    "file": (str, Path),
    "base64": (str, bytes),
}
_CONTENTS = {
    "properties": "object",
    "objects": "array",
    "tags": "array",
    "resource_type_associations": "array",
}
"""What a namespace of metadata definitions holds."""
_FILE_NAME = re.compile(r"[^/.][^/]*")


class BadRecord(ValueError):
    """A record lacks something or has a wrong value."""


def check_record(noun: str, record: Any) -> None:
    """Raise :class:`BadRecord` for what cannot be one of a seed's ``noun``.

    Whether the users, projects and so on that it names exist is not checked.
    """
    if not isinstance(record, Mapping):
        raise BadRecord("it is no object")
    for name in REQUIRED[noun]:
        if record.get(name) is None:
            raise BadRecord(f"it has no {name}")
    if noun in RESOURCES:
        _check_types(RESOURCES[noun], record)
    if noun == "groups":
        _check_kind("users", record.get("users", ()), "array")
    if noun == "assignments" and not {"user", "group"} & record.keys():
        raise BadRecord("it has neither a user nor a group")
    if noun == "images":
        _check_image(record)
    if noun == "metadefs":
        _check_namespace(record)


def _check_types(resource: Resource, record: Mapping[str, Any]) -> None:
    for field in resource.fields:
        value = record.get(field.name)
        # an image's "file" is the seed's own: where its data is read from
        if value is not None and field.name != "file":
            _check_kind(field.name, value, field.kind)


def _check_kind(name: str, value: Any, kind: str) -> None:
    is_flag = isinstance(value, bool)
    if not isinstance(value, _TYPES[kind]) or (kind == "integer" and is_flag):
        raise BadRecord(f"{name}: {value!r} is no {kind}")


def _check_image(image: Mapping[str, Any]) -> None:
    for field in IMAGE.fields:
        if field.name in image and image[field.name] is None and not field.nullable:
            raise BadRecord(f"{field.name}: null is no {field.kind}")
    # the id becomes the name of the file that holds the data
    if not _FILE_NAME.fullmatch(image.get("id", "new")):
        raise BadRecord(f"id: {image['id']!r} has a slash or begins with a dot")
    for name in ("created_at", "updated_at"):
        if name in image:
            _check_time(name, image[name])
    for name, types in _DATA_TYPES.items():
        if not isinstance(image.get(name), (*types, NoneType)):
            raise BadRecord(f"{name}: {image[name]!r} is no string")
    for tag in image.get("tags", ()):
        _check_kind("tags", tag, "string")
    for location in image.get("locations", ()):
        _check_kind("locations", location, "object")
        _check_kind("url", location.get("url"), "string")
        _check_kind("metadata", location.get("metadata"), "object")
    for name, value in image.items():
        is_property = not IMAGE.has(name) and name not in ("data", *_DATA_TYPES)
        if is_property and not isinstance(value, (str, int, float)):
            raise BadRecord(f"{name}: {value!r} is no string")


def _check_time(name: str, text: str) -> None:
    try:
        parse_time(text)
    except ValueError as error:
        raise BadRecord(f"{name}: {error}") from error


def _check_namespace(namespace: Mapping[str, Any]) -> None:
    _check_kind("namespace", namespace["namespace"], "string")
    for name, kind in _CONTENTS.items():
        if name in namespace:
            _check_kind(name, namespace[name], kind)
    for part in namespace.get("objects", ()):
        _check_kind("objects", part, "object")
        _check_kind("properties", part.get("properties") or {}, "object")
