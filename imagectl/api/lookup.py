"""From what a user typed to the record that is meant: a name or an id.

What looks like an id is asked for by id first, anything else by a listing that the
service filters by name. Each is one request, and the next way is tried only when the
one before found nothing: a name may look like an id, and an id like a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from imagectl.api.client import Client, Record
from imagectl.contract import Resource
from imagectl.errors import (
    AccessError,
    AmbiguousError,
    ConflictError,
    ImagectlError,
    NotFoundError,
)

_ID = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|default"
)


def find(
    client: Client,
    resource: Resource,
    given: str,
    *,
    keys: Sequence[str] = ("name",),
    scope: Mapping[str, str | None] | None = None,
) -> Record:
    """Return the one record of ``resource`` that ``given`` names.

    ``keys`` are the attributes that may name it besides its id, ``scope`` narrows the
    search by them (``{"domain_id": ...}``). Raises :class:`NotFoundError` where nothing
    is called ``given``, :class:`AmbiguousError` where several records are, and
    :class:`AccessError` where nothing was found because the service let us not search,
    unless it is the name of the user or project that the token is for.
    """
    refusals: list[AccessError] = []
    ways = _ways(resource, given, [{key: given, **(scope or {})} for key in keys])
    for query in ways:
        try:
            found = _search(client, resource, given, query)
        except AccessError as error:
            if error.status != 403:
                raise
            refusals.append(error)
            continue
        if len(found) > 1:
            raise AmbiguousError(
                f"More than one {resource.title} exists with the name '{given}'.",
                hint="give its id instead",
            )
        if found:
            return found[0]
    if own_id := refusals and _own_id(client, resource, given):
        return client.show(resource, own_id)
    if refusals:
        raise refusals[0]
    raise NotFoundError(f"No {resource.title} found for {given}")


def find_id(
    client: Client,
    resource: Resource,
    given: str,
    *,
    scope: Mapping[str, str | None] | None = None,
    may_be_gone: bool = False,
) -> str:
    """Return the id of the record that ``given`` names.

    Few may look up the users, projects and domains of a cloud. Where the service
    refuses, what looks like an id is taken for one, and so is whatever is not found
    that ``may_be_gone``. Raises what :func:`find` raises otherwise.
    """
    try:
        return str(find(client, resource, given, scope=scope)["id"])
    except NotFoundError:
        if not may_be_gone:
            raise
    except AccessError as error:
        own_id = _own_id(client, resource, given)
        if error.status != 403 or not (own_id or _ID.fullmatch(given)):
            raise
        return own_id or given
    return given


def create_or_find(
    client: Client, resource: Resource, body: Mapping[str, Any]
) -> Record:
    """Create a record, or return the one that has its name already."""
    try:
        return client.create(resource, body)
    except ConflictError:
        scope = {"domain_id": body.get("domain_id")}
        return find(client, resource, body["name"], scope=scope)


def _ways(
    resource: Resource, given: str, queries: list[dict[str, str | None]]
) -> list[dict[str, str | None]]:
    """Return the searches to try in turn; an empty query means: by id."""
    named = [query for query in queries if resource.has(next(iter(query)))]
    if resource.has("os_hidden"):
        named += [{**query, "os_hidden": "true"} for query in named]
    if not given:
        return []
    return [{}, *named] if not named or _ID.fullmatch(given) else [*named, {}]


def _own_id(client: Client, resource: Resource, given: str) -> str | None:
    """Return the id of the token's user or project if that is called ``given``."""
    access = client.session.access
    own = {
        ("user", access.user_name): access.user_id,
        ("project", access.project_name): access.project_id,
    }
    return own.get((resource.noun, given))


def _search(
    client: Client, resource: Resource, given: str, query: dict[str, str | None]
) -> list[Record]:
    if query:
        key = next(iter(query))
        if resource.field(key).filter == "none":
            return [r for r in client.list(resource) if r.get(key) == given]
        return list(client.list(resource, query, limit=2))
    try:
        return [client.show(resource, given)]
    except ImagectlError as error:
        if error.status in (400, 404):
            return []
        raise
