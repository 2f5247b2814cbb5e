"""JSON schemas, published and enforced; source: Glance 33 ``schema.py``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract import Resource
from imagectl.contract.image import IMAGE, MEMBER, TASK
from mockserver.glance.errors import BadRequest, ServerError
from mockserver.glance.requests.bodies import read_json, refuse_body, write_json
from mockserver.handlers.routes import Route

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

TASK_DETAILS = ("input", "result", "message")
"""Attributes of a task that listings leave out."""

_RELATIONS = {
    "self": "self",
    "file": "enclosure",
    "schema": "describedby",
    "first": "first",
    "next": "next",
}
"""The relation that a link has whose address is in an attribute of this name."""


def schema_of(resource: Resource, *left_out: str) -> dict[str, Any]:
    """Return the schema of a record without the attributes ``left_out``.

    It describes links only where records may have attributes of their own.
    """
    schema: dict[str, Any] = {
        "name": resource.noun,
        "properties": {
            field.name: _order(resource, field.schema())
            for field in resource.fields
            if field.name not in left_out
        },
    }
    if resource.extensible:
        schema["additionalProperties"] = {"type": "string"}
        schema["links"] = _links("self", "file", "schema")
    return schema


def _order(resource: Resource, schema: dict[str, Any]) -> dict[str, Any]:
    """Order a field's schema as Glance does: its error messages quote it."""
    return dict(sorted(schema.items())) if resource is TASK else schema


def collection_schema(resource: Resource, *left_out: str) -> dict[str, Any]:
    """Return the schema of a listing whose records lack the attributes ``left_out``."""
    items = {"type": "array", "items": schema_of(resource, *left_out)}
    links = ("first", "next", "schema") if resource.extensible else ("schema",)
    texts = {name: {"type": "string"} for name in links}
    return {
        "name": resource.collection,
        "properties": {resource.collection: items, **texts},
        "links": _links(*links),
    }


def _links(*names: str) -> list[dict[str, str]]:
    return [{"rel": _RELATIONS[name], "href": f"{{{name}}}"} for name in names]


def check_image(document: object) -> None:
    """Check an image's document against its schema, as :func:`check_against` does."""
    check_against("image", _image_validator(), document)


def check_task(document: object) -> None:
    """Check a task's document against its schema, as :func:`check_against` does."""
    check_against("task", _task_validator(), document)


def check_against(name: str, validator: Any, document: object) -> None:
    """Raise :class:`BadRequest`, in the validator's own words, for a bad document.

    ``name`` is what the message calls the schema.
    """
    from jsonschema.exceptions import best_match

    error = best_match(validator.iter_errors(document))
    if error is not None:
        raise BadRequest(f"Provided object does not match schema '{name}': {error}")


@cache
def _image_validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema_of(IMAGE))


@cache
def _task_validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema_of(TASK))


PUBLISHED: dict[str, Callable[[], dict[str, Any]]] = {
    "image": lambda: schema_of(IMAGE),
    "images": lambda: collection_schema(IMAGE),
    "member": lambda: schema_of(MEMBER),
    "members": lambda: collection_schema(MEMBER),
    "task": lambda: schema_of(TASK),
    "tasks": lambda: collection_schema(TASK, *TASK_DETAILS),
}


class Schemas:
    """The published schemas, each at a path of its own.

    Those of tasks parse a body before they refuse it.
    """

    def __init__(self, state: CloudState) -> None:
        self._documents = {_path(name): make() for name, make in PUBLISHED.items()}

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        path = req.uri_template or ""
        if path.startswith(_path("task")) and req.content_length:
            read_json(req)
            raise ServerError
        refuse_body(req)
        write_json(resp, self._documents[path])


def _path(name: str) -> str:
    return f"/v2/schemas/{name}"


ROUTES = tuple(Route(_path(name), Schemas) for name in PUBLISHED)
