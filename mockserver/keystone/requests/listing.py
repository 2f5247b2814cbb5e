"""Listings: filters in the query string, pages, and the links around them.

Source: Keystone 30 ``server/flask/common.py`` (``build_driver_hints``,
``wrap_collection``) and the SQL drivers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from mockserver.keystone.errors import NotFound
from mockserver.storage.filters import equals, matches
from mockserver.storage.repository import Record, exists, fetch_all

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from imagectl.contract import Resource
    from mockserver.keystone.requests.call import Call


def list_records(
    call: Call,
    resource: Resource,
    table: Table,
    filters: Iterable[str] = (),
    where: Iterable[ColumnElement[bool]] = (),
    *,
    shape: Callable[[Record], Record] = dict,
    is_visible: Callable[[Record], bool] = bool,
) -> Record:
    """Return the listing of a resource that knows ``limit`` but not ``marker``.

    ``filters`` are the attributes that the query string may filter by, ``where``
    conditions besides, ``shape`` turns a stored record into the one shown. Records
    that are not visible are left out after the limit is applied, so that a page may be
    short. A negative limit counts from the end, as it does in Keystone.
    """
    conditions = [*where, *_conditions(call, table, filters)]
    limit = _read_limit(call)
    size = None if limit is None or (limit < 0 and conditions) else limit + 1
    records = fetch_all(call.db, table, conditions, limit=size)
    truncated = limit is not None and len(records) > limit
    shown = [shape(record) for record in records[:limit] if is_visible(record)]
    return wrap(call, resource, shown, truncated=truncated, limit=limit)


def list_page(
    call: Call,
    resource: Resource,
    table: Table,
    filters: Iterable[str] = (),
    where: Iterable[ColumnElement[bool]] = (),
    *,
    shape_all: Callable[[list[Record]], list[Record]] = list,
    looks_ahead: bool = False,
) -> Record:
    """Return a page of a resource that is listed in the order of its ids.

    ``filters`` and ``where`` are as for :func:`list_records`, ``shape_all`` turns the
    stored records of a page into the ones shown. Keystone calls every full page
    truncated; only users and groups, listed without a filter, are looked up one
    further (``looks_ahead``). A limit of 0 is no limit. Raises :class:`NotFound` for a
    marker that is not the id of a record.
    """
    conditions = [*where, *_conditions(call, table, filters)]
    looks_ahead = looks_ahead and not conditions
    if marker := call.req.get_param("marker"):
        if not exists(call.db, table, table.c.id == marker):
            raise NotFound(f"Marker {marker} could not be found.")
        conditions.append(table.c.id > marker)
    limit = _read_limit(call)
    size = call.state.settings.list_limit if limit is None else limit + looks_ahead
    records = fetch_all(
        call.db, table, conditions, order=[table.c.id], limit=size if size > 0 else None
    )
    truncated = limit is not None and len(records) >= size
    page = shape_all(records[:limit] if looks_ahead else records)
    return wrap(call, resource, page, truncated=truncated, limit=limit)


def in_callers_domain(
    call: Call, domain_id: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    """Return the condition that a token for a domain adds to a listing.

    Its bearer is shown the records of that domain alone; ``domain_id`` is the column
    to compare. For other tokens there is no condition.
    """
    own_id = call.caller.domain_id
    return [domain_id == own_id] if own_id else []


def wrap(
    call: Call,
    resource: Resource,
    records: Iterable[Record],
    *,
    truncated: bool = False,
    limit: int | None = None,
) -> Record:
    """Return the body of a listing: the records, linked, and the links around them."""
    linked = [call.link(resource, record) for record in records]
    url = f"{call.req.context.identity_url}{call.req.path}"
    query = f"?{call.req.query_string}" if call.req.query_string else ""
    links = {"next": None, "self": url + query, "previous": None}
    body: Record = {resource.collection: linked, "links": links}
    if truncated:
        if linked:
            page = {**call.req.params, "limit": limit, "marker": linked[-1]["id"]}
            links["next"] = f"{url}?{urlencode(page)}"
        body["truncated"] = True
    return body


def _read_limit(call: Call) -> int | None:
    """Return the request's limit, at most the service's own; raises ValueError."""
    limit = call.req.get_param("limit")
    if not limit:
        return None
    return min(int(limit), call.state.settings.list_limit)


def _conditions(
    call: Call, table: Table, filters: Iterable[str]
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of the query string; other parameters are ignored."""
    names = tuple(filters)
    # filters alone are read anew, as each value of a repeated one counts
    for key, value in parse_qsl(call.req.query_string, keep_blank_values=True):
        name, _, comparator = key.partition("__")
        if name not in names:
            continue
        if not comparator:
            yield equals(table, name, value)
        elif (condition := matches(table, name, comparator, value)) is not None:
            yield condition
