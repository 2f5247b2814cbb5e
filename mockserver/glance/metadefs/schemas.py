"""JSON schemas of metadata definitions, published and enforced."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.errors import Forbidden
from mockserver.glance.metadefs.definitions import ENFORCED, PUBLISHED
from mockserver.glance.requests.bodies import read_json, refuse_body, write_json
from mockserver.glance.requests.schemas import check_against
from mockserver.handlers.routes import Route

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

TIMES = ("created_at", "updated_at")
GENERATED = ("self", "schema", *TIMES)
"""Attributes that Glance sets, and a request may not."""


def check(kind: str, document: object) -> None:
    """Check a document against the schema of its kind, a key of ``ENFORCED``.

    Raises :class:`BadRequest` with the words of the validator.
    """
    check_against(ENFORCED[kind]["name"], _validator(kind), document)


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(ENFORCED[kind])


def read_definition(
    req: falcon.Request, kind: str, read_only: tuple[str, ...] = TIMES
) -> Any:
    """Return the body of a request, checked against the schema of its kind.

    Raises :class:`BadRequest`, and :class:`Forbidden` for a ``read_only`` attribute.
    """
    body = read_json(req)
    for name in read_only:
        if name in body:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    check(kind, body)
    return body


class MetadefSchemas:
    """The published schemas, each at a path of its own."""

    def __init__(self, state: CloudState) -> None:
        self._schemas = {_path(name): schema for name, schema in PUBLISHED.items()}

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        refuse_body(req)
        write_json(resp, self._schemas[req.uri_template or ""])


def _path(name: str) -> str:
    return f"/v2/schemas/metadefs/{name}"


ROUTES = tuple(Route(_path(name), MetadefSchemas) for name in PUBLISHED)
