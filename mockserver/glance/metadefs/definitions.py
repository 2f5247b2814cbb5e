"""JSON schemas of metadata definitions, as Glance writes them.

Source: Glance 33 ``api/v2/metadef_*.py``. The attributes are in Glance's order, because
a refusal quotes the whole schema.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "maxLength": 80}
_TYPES = ["array", "boolean", "integer", "number", "object", "string", None]
_TYPE: Schema = {"type": "string", "enum": _TYPES}
_SIZE: Schema = {"$ref": "#/definitions/positiveInteger"}
_SIZE_OR_0: Schema = {"$ref": "#/definitions/positiveIntegerDefault0"}
_TEXTS: Schema = {"$ref": "#/definitions/stringArray"}
_PROPERTIES: Schema = {"$ref": "#/definitions/property"}

_PROPERTY: Schema = {
    "name": _NAME,
    "title": _TEXT,
    "description": _TEXT,
    "operators": {"type": "array", "items": _TEXT},
    "type": _TYPE,
    "required": _TEXTS,
    "minimum": {"type": "number"},
    "maximum": {"type": "number"},
    "maxLength": _SIZE,
    "minLength": _SIZE_OR_0,
    "pattern": {"type": "string", "format": "regex"},
    "enum": {"type": "array"},
    "readonly": {"type": "boolean"},
    "default": {},
    "items": {
        "type": "object",
        "properties": {"type": _TYPE, "enum": {"type": "array"}},
    },
    "maxItems": _SIZE,
    "minItems": _SIZE_OR_0,
    "uniqueItems": {"type": "boolean", "default": False},
    "additionalItems": {"type": "boolean"},
}
_NUMBERS: Schema = {
    "positiveInteger": {"type": "integer", "minimum": 0},
    "positiveIntegerDefault0": {"allOf": [_SIZE, {"default": 0}]},
}
_DEFINITIONS: Schema = {
    **_NUMBERS,
    "stringArray": {"type": "array", "items": _TEXT, "uniqueItems": True},
    "property": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["title", "type"],
            "properties": _PROPERTY,
        },
    },
}
_PROPERTY_DEFINITIONS: Schema = {
    **_NUMBERS,
    "stringArray": {
        "type": "array",
        "items": _TEXT,
        "minItems": 1,
        "uniqueItems": True,
    },
}


def _times(created: str, updated: str) -> Schema:
    return {
        name: {
            "type": "string",
            "readOnly": True,
            "description": f"Date and time of {what}",
            "format": "date-time",
        }
        for name, what in (("created_at", created), ("updated_at", updated))
    }


def _described(schema: Schema, description: str, **more: Any) -> Schema:
    return {"type": schema["type"], "description": description, **more}


def _named(*names: str) -> Schema:
    properties = dict.fromkeys(names, _TEXT)
    return {"type": "array", "items": {"type": "object", "properties": properties}}


_LINK: Schema = {"readOnly": True, "type": "string"}
_NAMESPACE: Schema = {
    "namespace": _described(_TEXT, "The unique namespace text.", maxLength=80),
    "display_name": _described(
        _TEXT,
        "The user friendly name for the namespace. Used by UI if available.",
        maxLength=80,
    ),
    "description": _described(
        _TEXT, "Provides a user friendly description of the namespace.", maxLength=500
    ),
    "visibility": _described(
        _TEXT, "Scope of namespace accessibility.", enum=["public", "private"]
    ),
    "protected": _described(
        {"type": "boolean"}, "If true, namespace will not be deletable."
    ),
    "owner": _described(_TEXT, "Owner of the namespace.", maxLength=255),
    **_times("namespace creation", "the last namespace modification"),
    "schema": _LINK,
    "self": _LINK,
    "resource_type_associations": _named("name", "prefix", "properties_target"),
    "properties": _PROPERTIES,
    "objects": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": _TEXT,
                "description": _TEXT,
                "required": _TEXTS,
                "properties": _PROPERTIES,
            },
        },
    },
    "tags": _named("name"),
}
_OBJECT: Schema = {
    "name": _NAME,
    "description": _TEXT,
    "required": _TEXTS,
    "properties": _PROPERTIES,
    "schema": _LINK,
    "self": _LINK,
    **_times("object creation", "the last object modification"),
}
_RESOURCE_TYPE: Schema = {
    "name": _described(
        _TEXT,
        "Resource type names should be aligned with Heat resource types whenever"
        " possible: https://docs.openstack.org/heat/latest/template_guide/"
        "openstack.html",
        maxLength=80,
    ),
    "prefix": _described(
        _TEXT,
        "Specifies the prefix to use for the given resource type. Any properties in"
        " the namespace should be prefixed with this prefix when being applied to the"
        " specified resource type. Must include prefix separator (e.g. a colon :).",
        maxLength=80,
    ),
    "properties_target": _described(
        _TEXT,
        "Some resource types allow more than one key / value pair per instance.  For"
        " example, Cinder allows user and image metadata on volumes. Only the image"
        " properties metadata is evaluated by Nova (scheduling or drivers). This"
        " property allows a namespace target to remove the ambiguity.",
        maxLength=80,
    ),
    **_times(
        "resource type association",
        "the last resource type association modification",
    ),
}
_TAG: Schema = {"name": _NAME, **_times("tag creation", "the last tag modification")}
_NEW_TAGS: Schema = {
    "tags": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": _TEXT},
            "required": ["name"],
            "additionalProperties": False,
        },
    }
}


def _one(
    name: str, properties: Schema, required: list[str], definitions: Schema
) -> Schema:
    whole: Schema = {
        "name": name,
        "properties": properties,
        "additionalProperties": False,
        "definitions": definitions,
        "required": required,
    }
    return {key: part for key, part in whole.items() if part not in ({}, [])}


def _many(name: str, item: Schema, kind: str = "items") -> Schema:
    """Return the schema of a listing, at whose end the item's ``definitions`` are.

    ``kind`` is ``items`` for a list, ``additionalProperties`` for an object.
    """
    item = dict(item)
    definitions = item.pop("definitions", None)
    collection = {"type": "array" if kind == "items" else "object", kind: item}
    schema: Schema = {
        "name": name,
        "properties": {
            name: collection,
            "first": _TEXT,
            "next": _TEXT,
            "schema": _TEXT,
        },
        "links": [
            {"rel": "first", "href": "{first}"},
            {"rel": "next", "href": "{next}"},
            {"rel": "describedby", "href": "{schema}"},
        ],
    }
    return {**schema, "definitions": definitions} if definitions else schema


_TYPED = ["type", "title"]
_ONE: dict[str, Schema] = {
    "namespace": _one("namespace", _NAMESPACE, ["namespace"], _DEFINITIONS),
    "resource_type": _one("resource_type_association", _RESOURCE_TYPE, ["name"], {}),
    "property": _one("property", _PROPERTY, [*_TYPED, "name"], _PROPERTY_DEFINITIONS),
    "object": _one("object", _OBJECT, ["name"], _DEFINITIONS),
    "tag": _one("tag", _TAG, ["name"], {}),
}
_UNNAMED_PROPERTY = _one("property", _PROPERTY, _TYPED, _PROPERTY_DEFINITIONS)
PUBLISHED: dict[str, Schema] = {
    **_ONE,
    "namespaces": _many("namespaces", _ONE["namespace"]),
    "resource_types": _many("resource_type_associations", _ONE["resource_type"]),
    "properties": _many("properties", _UNNAMED_PROPERTY, "additionalProperties"),
    "objects": _many("objects", _ONE["object"]),
    "tags": _many("tags", _ONE["tag"]),
}
ENFORCED: dict[str, Schema] = {
    **_ONE,
    "new tags": _one("tags", _NEW_TAGS, [], {}),
    "property of an object": _UNNAMED_PROPERTY,
}
