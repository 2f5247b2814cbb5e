"""How Glance converts a body, after its schema was checked and before it is stored.

Source: Glance 33 ``api/v2/model`` and WSME. The conversion puts attributes in order,
truncates numbers to integers and turns defaults into text. What passed the schema and
still does not fit an attribute is answered with HTTP 500.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.glance.errors import BadRequest, ServerError

Convert = Callable[[Any], Any]


class Shape:
    """The attributes of a document in their order, each with its conversion.

    ``mandatory`` names those that may not be missing.
    """

    def __init__(
        self, attributes: Mapping[str, Convert], mandatory: tuple[str, ...] = ()
    ) -> None:
        self._attributes = attributes
        self._mandatory = mandatory

    def __call__(self, document: Any) -> dict[str, Any]:
        """Return a document converted; raises :class:`ServerError` if it cannot be."""
        if not isinstance(document, dict) or not document.keys() <= self.names:
            raise ServerError
        if any(name not in document for name in self._mandatory):
            raise ServerError
        return {
            name: None if document[name] is None else convert(document[name])
            for name, convert in self._attributes.items()
            if name in document
        }

    @property
    def names(self) -> set[str]:
        return set(self._attributes)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ServerError
    return value


def _texts(value: Any) -> list[str | None]:
    if not isinstance(value, list):
        raise ServerError
    return [None if item is None else _text(item) for item in value]


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ServerError
    return value


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise ServerError from None


def _default(value: Any) -> str | None:
    if not isinstance(value, (str, int, float)):
        return None
    if not str(value).isascii():
        raise BadRequest(
            "Error decoding your request. Either the URL or the request body contained"
            " characters that could not be decoded by Glance"
        )
    return str(value)


def _list_of(shape: Shape) -> Convert:
    return lambda value: [shape(item) for item in value]


def _dict_of(shape: Shape) -> Convert:
    return lambda value: {name: shape(item) for name, item in value.items()}


_ITEM = Shape({"type": _text, "enum": _texts}, ("type",))
PROPERTY = Shape(
    {
        "name": _text,
        "type": _text,
        "title": _text,
        "description": _text,
        "operators": _texts,
        "default": _default,
        "readonly": _flag,
        "minimum": _whole,
        "maximum": _whole,
        "enum": _texts,
        "pattern": _text,
        "minLength": _whole,
        "maxLength": _whole,
        "confidential": _flag,
        "items": _ITEM,
        "uniqueItems": _flag,
        "minItems": _whole,
        "maxItems": _whole,
        "additionalItems": _flag,
    },
    ("type", "title"),
)
_GENERATED: dict[str, Convert] = {
    "created_at": _text,
    "updated_at": _text,
    "self": _text,
    "schema": _text,
}
_TIMES: dict[str, Convert] = {"created_at": _text, "updated_at": _text}
OBJECT = Shape(
    {
        "name": _text,
        "required": _texts,
        "description": _text,
        "properties": _dict_of(PROPERTY),
        **_GENERATED,
    },
    ("name",),
)
RESOURCE_TYPE = Shape(
    {"name": _text, "prefix": _text, "properties_target": _text, **_TIMES}, ("name",)
)
TAG = Shape({"name": _text, **_TIMES}, ("name",))
NAMESPACE = Shape(
    {
        "namespace": _text,
        "display_name": _text,
        "description": _text,
        "visibility": _text,
        "protected": _flag,
        "owner": _text,
        "resource_type_associations": _list_of(RESOURCE_TYPE),
        "properties": _dict_of(PROPERTY),
        "objects": _list_of(OBJECT),
        "tags": _list_of(TAG),
    },
    ("namespace",),
)
