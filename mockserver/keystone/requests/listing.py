"""Listings: filters in the query string, pages, and the links around them.

Source: Keystone 30 ``server/flask/common.py`` (``build_driver_hints``,
``wrap_collection``) and the SQL drivers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from mockserver.keystone.errors import NotFound
from mockserver.storage.filters import equals, matches
from mockserver.storage.repository import Record, exists, fetch_all

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from imagectl.contract import Resource
    from mockserver.keystone.requests.call import Call

Shape = Callable[[Record], Record]
Shapes = Callable[[list[Record]], list[Record]]


def list_records(
    call: Call,
    resource: Resource,
    table: Table,
    filters: Iterable[str] = (),
    where: Iterable[ColumnElement[bool]] = (),
    *,
    shape: Shape = dict,
    shows: Callable[[Record], bool] = bool,
) -> Record:
    """Return the listing of a noun that knows a ``limit`` and no ``marker``.

    What the caller may not see is left out of a page, not made up for. A negative limit
    counts from the end, as it does in Keystone.
    """
    conditions = [*where, *_conditions(call, table, filters)]
    limit = limit_of(call)
    size = None if limit is None or (limit < 0 and conditions) else limit + 1
    records = fetch_all(call.db, table, conditions, limit=size)
    cut = limit is not None and len(records) > limit
    shown = [shape(record) for record in records[:limit] if shows(record)]
    return wrap(call, resource, shown, truncated=cut, limit=limit)


def list_pages(
    call: Call,
    resource: Resource,
    table: Table,
    filters: Iterable[str] = (),
    where: Iterable[ColumnElement[bool]] = (),
    *,
    shapes: Shapes = list,
    looks_ahead: bool = False,
) -> Record:
    """Return a page of a noun that is listed in the order of its ids.

    Keystone calls a full page truncated without looking whether more follows; users
    without a filter are the exception that ``looks_ahead``. It takes a limit of 0 for
    none. Raises NotFound for a marker that is no record.
    """
    conditions = [*where, *_conditions(call, table, filters)]
    looks_ahead = looks_ahead and not conditions
    if marker := call.req.get_param("marker"):
        if not exists(call.db, table, table.c.id == marker):
            raise NotFound(f"Marker {marker} could not be found.")
        conditions.append(table.c.id > marker)
    limit = limit_of(call)
    size = call.state.settings.list_limit if limit is None else limit + looks_ahead
    records = fetch_all(
        call.db, table, conditions, order=[table.c.id], limit=size if size > 0 else None
    )
    cut = limit is not None and len(records) >= size
    page = shapes(records[:limit] if looks_ahead else records)
    return wrap(call, resource, page, truncated=cut, limit=limit)


def wrap(
    call: Call,
    resource: Resource,
    records: Iterable[Record],
    *,
    truncated: bool = False,
    limit: int | None = None,
) -> Record:
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


def limit_of(call: Call) -> int | None:
    limit = call.req.get_param("limit")
    if not limit:
        return None
    return min(int(limit), call.state.settings.list_limit)


def _conditions(
    call: Call, table: Table, filters: Iterable[str]
) -> Iterator[ColumnElement[bool]]:
    names = tuple(filters)
    # of a name that comes several times each value counts, here alone
    for key, value in parse_qsl(call.req.query_string, keep_blank_values=True):
        name, _, comparator = key.partition("__")
        if name not in names:
            continue
        if not comparator:
            yield equals(table, name, value)
        elif (condition := matches(table, name, comparator, value)) is not None:
            yield condition
