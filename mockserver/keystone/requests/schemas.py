"""Validation of bodies and queries by JSON schemas, with Keystone's messages.

The schemas of attributes come from the contract. Source: Keystone 30
``api/validation/validators.py``.
"""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any

from imagectl.contract import FLAG_WORDS, ID_PATTERN, VISIBLE_CHARACTER, Resource
from mockserver.keystone.errors import Invalid

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

Schema = dict[str, Any]

FLAG: Schema = {"type": ["boolean", "string", "null"], "enum": list(FLAG_WORDS)}
DOMAIN_ID: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "pattern": ID_PATTERN,
}
_PAGE: Schema = {
    "marker": {"type": "string"},
    "limit": {"type": ["integer", "string"]},
}


def _is_uuid(value: object) -> bool:
    """Check the format ``uuid``: with dashes, or without them as Keystone's ids."""
    if not isinstance(value, str):
        return True
    try:
        return uuid.UUID(value).hex == value.replace("-", "").lower()
    except ValueError:
        return False


class Check:
    """A schema to validate values by; of several errors the first one is reported.

    With ``verbose`` the message quotes the part of the schema that the value violates,
    as the older half of Keystone's validation does.
    """

    def __init__(self, schema: Schema, *, verbose: bool = False) -> None:
        self.schema = schema
        self._verbose = verbose

    @cached_property
    def _validator(self) -> Draft202012Validator:
        # imported late: the library is large and most requests need no schema
        from jsonschema import Draft202012Validator, FormatChecker

        formats = FormatChecker(formats=())
        formats.checks("uuid")(_is_uuid)
        return Draft202012Validator(self.schema, format_checker=formats)

    def __call__(self, value: Any) -> None:
        """Raise :class:`Invalid` unless the value is valid."""
        for error in self._validator.iter_errors(value):
            raise Invalid(self._message_of(error))

    def _message_of(self, error: ValidationError) -> str:
        if self._verbose:
            path = "/".join(str(key) for key in error.path)
            return f"Invalid input for field '{path}': {error}" if path else str(error)
        if not error.path:
            return error.message
        return (
            f"Invalid input for field/attribute {error.path[-1]}."
            f" Value: {error.instance}. {error.message}"
        )


def properties_of(resource: Resource, *left_out: str) -> Schema:
    """Return the schemas of the attributes that a request may set, by their names.

    In a list of types null comes last, as in Keystone's messages.
    """
    properties: Schema = {}
    for field in resource.fields:
        if field.read_only or field.name in left_out:
            continue
        schema = field.schema()
        if isinstance(schema["type"], list):
            schema["type"] = sorted(schema["type"], key=lambda kind: kind == "null")
        properties[field.name] = schema
    return properties


def body_of(
    resource: Resource, properties: Schema, *, closed: bool = True, **more: Any
) -> Schema:
    """Return the schema of a body that holds one record under its noun.

    A ``closed`` body holds nothing else. ``more`` are further keywords of the record's
    schema, such as ``required``.
    """
    record = {"type": "object", "properties": properties, **more}
    schema: Schema = {"type": "object", "properties": {resource.noun: record}}
    schema["required"] = [resource.noun]
    if closed:
        schema["additionalProperties"] = False
    return schema


def query_of(**properties: Schema) -> Schema:
    """Return the schema of a listing's query, with ``marker`` and ``limit``.

    Other parameters are allowed.
    """
    return {"type": "object", "properties": {**properties, **_PAGE}}


def name_of(max_length: int) -> Schema:
    """Return the schema of a name: some visible character, at most so many in all."""
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": max_length,
        "pattern": VISIBLE_CHARACTER,
    }
