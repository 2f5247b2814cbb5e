"""JSON schemas, published and enforced; source: Glance 33 ``schema.py``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract import Field, Resource
from imagectl.contract.image import IMAGE, UUID_PATTERN
from mockserver.glance.bodies import read_json, refuse_body, write_json
from mockserver.glance.errors import BadRequest, ServerError

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud

MEMBER_STATUSES = ("pending", "accepted", "rejected")

MEMBER = Resource(
    noun="member",
    service="image",
    collection="members",
    fields=(
        Field("member_id", description="An identifier for the image member (tenantId)"),
        Field(
            "image_id",
            description="An identifier for the image",
            pattern=UUID_PATTERN,
        ),
        Field("created_at", description="Date and time of image member creation"),
        Field(
            "updated_at",
            description="Date and time of last modification of image member",
        ),
        Field(
            "status",
            description="The status of this image member",
            choices=MEMBER_STATUSES,
        ),
        Field("schema", read_only=True),
    ),
)
TASK = Resource(
    noun="task",
    service="image",
    collection="tasks",
    fields=(
        Field("id", description="An identifier for the task", pattern=UUID_PATTERN),
        Field(
            "type",
            description="The type of task represented by this content",
            choices=("import", "api_image_import", "location_import"),
        ),
        Field(
            "status",
            description="The current status of this task",
            choices=("pending", "processing", "success", "failure"),
        ),
        Field(
            "input",
            "object",
            "The parameters required by task, JSON blob",
            nullable=True,
        ),
        Field(
            "result",
            "object",
            "The result of current task, JSON blob",
            nullable=True,
        ),
        Field("owner", description="An identifier for the owner of this task"),
        Field(
            "message",
            description=(
                "Human-readable informative message only included when appropriate"
                " (usually on failure)"
            ),
        ),
        Field("image_id", description="Image associated with the task"),
        Field("request_id", description="Human-readable informative request-id"),
        Field("user_id", description="User associated with the task"),
        Field(
            "expires_at",
            description="Datetime when this resource would be subject to removal",
            nullable=True,
        ),
        Field("created_at", description="Datetime when this resource was created"),
        Field("updated_at", description="Datetime when this resource was updated"),
        Field("self", read_only=True),
        Field("schema", read_only=True),
    ),
)
TASK_DETAILS = ("input", "result", "message")
"""Attributes of a task that its listing leaves out."""

_RELATIONS = {
    "self": "self",
    "file": "enclosure",
    "schema": "describedby",
    "first": "first",
    "next": "next",
}
"""What a link to the address in an attribute is called."""


def schema_of(resource: Resource, *left_out: str) -> dict[str, Any]:
    """Return a record's schema; whole only where records take other attributes."""
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
    """Order a field's schema as Glance does, whose errors quote it."""
    return dict(sorted(schema.items())) if resource is TASK else schema


def collection_schema(resource: Resource, *left_out: str) -> dict[str, Any]:
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
    """Raise :class:`BadRequest` with the validator's own words."""
    check_against("image", _image_validator(), document)


def check_task(document: object) -> None:
    """Raise :class:`BadRequest` with the validator's own words."""
    check_against("task", _task_validator(), document)


def check_against(name: str, validator: Any, document: object) -> None:
    """Raise :class:`BadRequest` with the validator's own words."""
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


class Schema:
    """One published schema; those of tasks read a body before they refuse it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._document = PUBLISHED[name]()

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        if self._name.startswith("task") and req.content_length:
            read_json(req)
            raise ServerError
        refuse_body(req)
        write_json(resp, self._document)


def _route(name: str) -> tuple[str, Callable[[MockCloud], Schema]]:
    return f"/v2/schemas/{name}", lambda cloud: Schema(name)


ROUTES = tuple(_route(name) for name in PUBLISHED)
