"""Finds the record that a user means by a name or an id.

What looks like an id is asked for by id first; anything else is first looked for in a
listing that the service filters by name. Each way is one request, and the next one is
tried only when the one before found nothing: a name may look like an id, and an id
like a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from imagectl.api.client import Client, Cloud, Record, is_no_segment
from imagectl.api.filters import filter_value
from imagectl.contract import Resource
from imagectl.contract.identity import DOMAIN, PROJECT
from imagectl.errors import (
    AccessError,
    AmbiguousError,
    ConflictError,
    ImagectlError,
    NotFoundError,
    UsageError,
)

_ID = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|default"
)

UNLISTED = {"visibility": "all", "member_status": "all"}
"""How to ask for the images that a listing shows only if it is asked for them: those of
a community, and those that are shared with a project which has not accepted them."""


@dataclass(frozen=True)
class ById:
    """A query for the record with this id."""

    id: str


@dataclass(frozen=True)
class ByName:
    """A query for the records of this name.

    ``key`` is the attribute that holds the name; ``filters`` narrow the listing.
    """

    key: str
    name: str
    filters: Mapping[str, str | None]


def find(
    client: Client,
    resource: Resource,
    given: str,
    *,
    keys: Sequence[str] = ("name",),
    scope: Mapping[str, str | None] | None = None,
) -> Record:
    """Return the one record of ``resource`` that ``given`` names.

    ``keys`` are the attributes that may name it besides its id, in the order of the
    search. ``scope`` narrows the search by name (``{"domain_id": ...}``).

    A user or project that the token is for is found by its name even where the service
    refuses the search. Raises :class:`NotFoundError` where nothing is called ``given``,
    :class:`AmbiguousError` where several records are, and :class:`AccessError` where
    nothing was found and the service refused one of the requests.
    """
    refusals: list[AccessError] = []
    for query in _queries(resource, given, keys, scope or {}):
        try:
            found = _search(client, resource, query)
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

    Many users may not look up users, projects and domains. Where the service refuses
    the search, ``given`` itself is returned if it looks like an id. With
    ``may_be_gone`` it is also returned where nothing is found. Otherwise raises what
    :func:`find` raises.
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


def find_id_in_domain(
    cloud: Cloud,
    resource: Resource,
    given: str,
    domain: str | None,
    *,
    may_be_gone: bool = False,
) -> str:
    """Return the id of a user, group, project or role.

    ``domain`` is the name or id of the domain in which its name is unique. Raises what
    :func:`find_id` raises.
    """
    domain_id = None
    if domain is not None:
        domain_id = find_id(cloud.identity, DOMAIN, domain)
    scope = {"domain_id": domain_id}
    return find_id(
        cloud.identity, resource, given, scope=scope, may_be_gone=may_be_gone
    )


def find_optional_id(
    cloud: Cloud,
    resource: Resource,
    given: str | None,
    domain: str | None = None,
    *,
    may_be_gone: bool = False,
) -> str | None:
    """Return what :func:`find_id_in_domain` does, or None without a name.

    Raises :class:`UsageError` for a domain without a name: taken for a filter that is
    not given, it would widen what a command works on.
    """
    if given is None:
        if domain is not None:
            noun = resource.noun
            raise UsageError(f"--{noun}-domain needs the {noun} whose domain it is.")
        return None
    return find_id_in_domain(cloud, resource, given, domain, may_be_gone=may_be_gone)


def find_project_id(
    cloud: Cloud, project: str | None, domain: str | None
) -> str | None:
    """Return the id of a project, or None without a name; raises as :func:`find`."""
    return find_optional_id(cloud, PROJECT, project, domain)


def create_or_find(
    client: Client, resource: Resource, body: Mapping[str, Any]
) -> Record:
    """Create a record, or return the one that has its name already."""
    try:
        return client.create(resource, body)
    except ConflictError:
        scope = {"domain_id": body.get("domain_id")}
        return find(client, resource, body["name"], scope=scope)


def _queries(
    resource: Resource,
    given: str,
    keys: Sequence[str],
    scope: Mapping[str, str | None],
) -> list[ById | ByName]:
    """Return the queries to try, in order."""
    if not given:
        return []
    by_id = [] if is_no_segment(given) else [ById(given)]
    named = [ByName(key, given, scope) for key in keys if resource.has(key)]
    unlisted: list[ByName] = []
    if resource.has("os_hidden"):
        named += [_widened(query, os_hidden="true") for query in named]
        unlisted = [_widened(query, **UNLISTED) for query in named]
    if not named or _ID.fullmatch(given):
        return [*by_id, *named, *unlisted]
    return [*named, *by_id, *unlisted]


def _widened(query: ByName, **filters: str) -> ByName:
    return replace(query, filters={**query.filters, **filters})


def _own_id(client: Client, resource: Resource, given: str) -> str | None:
    """Return the id of the token's user or project if that is called ``given``."""
    access = client.session.access
    own = {
        ("user", access.user_name): access.user_id,
        ("project", access.project_name): access.project_id,
    }
    return own.get((resource.noun, given))


def _search(client: Client, resource: Resource, query: ById | ByName) -> list[Record]:
    """Return what a query finds, of several records only two.

    A database that compares without regard to case finds records of similar ids, too.
    """
    try:
        if isinstance(query, ByName):
            return _search_by_name(client, resource, query)
        found = client.show(resource, query.id)
    except ImagectlError as error:
        # Old services know no such listing, and no id of another form.
        is_uncertain = (
            isinstance(query, ById) or UNLISTED.items() <= query.filters.items()
        )
        if error.status in (400, 404) and is_uncertain:
            return []
        raise
    return [found] if found.get("id") == query.id else []


def _search_by_name(client: Client, resource: Resource, query: ByName) -> list[Record]:
    """Return up to two records of exactly this name.

    A service that does not know the filter answers with any records, and a database
    that compares without regard to case with similar names. Then the listing is read
    to its end.
    """
    key, name = query.key, query.name
    asked: dict[str, str | None] = {}
    if resource.field(key).filter != "none":
        asked = {key: filter_value(resource, key, name), **query.filters}
        found = list(client.list(resource, asked, limit=2))
        if all(record.get(key) == name for record in found):
            return found
    records = client.list(resource, asked)
    return list(islice((r for r in records if r.get(key) == name), 2))
