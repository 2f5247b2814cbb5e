"""JSON schemas of metadata definitions, published and enforced."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.errors import BadRequest, Forbidden
from mockserver.glance.metadefs.definitions import ENFORCED, PUBLISHED
from mockserver.glance.requests.bodies import read_json, refuse_body, write_json
from mockserver.handlers.routes import Route

if TYPE_CHECKING:
    pass

TIMES = ("created_at", "updated_at")
GENERATED = ("self", "schema", *TIMES)


def check(kind: str, document: object) -> None:
    """Raise :class:`BadRequest` with the validator's own words."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(kind).iter_errors(document))
    if error is not None:
        name = ENFORCED[kind]["name"]
        raise BadRequest(f"Provided object does not match schema '{name}': {error}")


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(ENFORCED[kind])


def read_definition(
    req: falcon.Request, kind: str, read_only: tuple[str, ...] = TIMES
) -> Any:
    """Return the checked body of a request.

    Raises :class:`BadRequest`, and :class:`Forbidden` for what only Glance sets.
    """
    body = read_json(req)
    for name in read_only:
        if name in body:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    check(kind, body)
    return body


class MetadefSchema:
    def __init__(self, name: str) -> None:
        self._document = PUBLISHED[name]

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        refuse_body(req)
        write_json(resp, self._document)


def _route(name: str) -> Route:
    return Route(f"/v2/schemas/metadefs/{name}", lambda state: MetadefSchema(name))


ROUTES = tuple(_route(name) for name in PUBLISHED)
