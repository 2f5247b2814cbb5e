"""Bodies and queries held against JSON schemas, with Keystone's words.

Source: Keystone 30 ``api/validation/validators.py``; the properties come from the
contract.
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
    """Take a UUID with its dashes or, as Keystone's ids are, without."""
    if not isinstance(value, str):
        return True
    try:
        return uuid.UUID(value).hex == value.replace("-", "").lower()
    except ValueError:
        return False


class Check:
    """A schema ready to be applied: the first thing wrong is reported.

    With ``verbose``, it is reported with the part of the schema that it does not fit,
    as the older half of Keystone's validation does.
    """

    def __init__(self, schema: Schema, *, verbose: bool = False) -> None:
        self.schema = schema
        self._verbose = verbose

    @cached_property
    def _validator(self) -> Draft202012Validator:
        # the library is big, and most of what a cloud is asked needs none of it
        from jsonschema import Draft202012Validator, FormatChecker

        formats = FormatChecker(formats=())
        formats.checks("uuid")(_is_uuid)
        return Draft202012Validator(self.schema, format_checker=formats)

    def __call__(self, value: Any) -> None:
        """Raise :class:`Invalid` unless ``value`` fits."""
        for error in self._validator.iter_errors(value):
            raise Invalid(self._word(error))

    def _word(self, error: ValidationError) -> str:
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
    """Return the schemas of what a request may set, null named last."""
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

    A closed one holds nothing beside it; ``more`` is said of the record.
    """
    record = {"type": "object", "properties": properties, **more}
    schema: Schema = {"type": "object", "properties": {resource.noun: record}}
    schema["required"] = [resource.noun]
    if closed:
        schema["additionalProperties"] = False
    return schema


def query_of(**properties: Schema) -> Schema:
    """Return the schema of a listing's query; what it does not name may be there."""
    return {"type": "object", "properties": {**properties, **_PAGE}}


def name_of(max_length: int) -> Schema:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": max_length,
        "pattern": VISIBLE_CHARACTER,
    }
