"""Filters of listings: what the service is asked for, and what is checked here.

Sources: Glance 33 ``api/v2/images.py`` (parameters of ``GET /v2/images``),
``common/utils.py`` (operators in values) and ``db/sqlalchemy/api.py`` (filters).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from imagectl.api.client import PAGE_SIZE, Client, Record
from imagectl.contract import Resource
from imagectl.contract.image import IMAGE, VISIBILITIES

Condition = tuple[str, str]
"""An attribute or property of a record, and the value that it must have."""

MODEL_ATTRIBUTES = frozenset(
    (
        "delete",
        "deleted",
        "deleted_at",
        "get",
        "items",
        "iteritems",
        "keys",
        "locations",
        "members",
        "metadata",
        "properties",
        "registry",
        "save",
        "to_dict",
        "update",
        "values",
    )
)
"""Keys that Glance compares with an attribute of its database model of an image, not
with a property (``db/sqlalchemy/api.py``, ``_make_conditions_from_filters``)."""


def filter_value(resource: Resource, key: str, wanted: str) -> str:
    """Return the query parameter ``key`` that selects the value ``wanted`` as it is.

    Glance reads what stands before the first colon of some attributes' filters as an
    operator (``in:a,b``); after ``eq:`` it takes the rest literally.
    """
    has_operators = resource.has(key) and resource.field(key).filter == "in"
    return f"eq:{wanted}" if has_operators and ":" in wanted else wanted


def has_value(record: Mapping[str, Any], key: str, wanted: str) -> bool:
    """Return whether a record has the value that ``wanted`` is the text of.

    Numbers are written in decimal; booleans are true and false in any case.
    """
    found = record.get(key)
    if isinstance(found, bool):
        return wanted.lower() == str(found).lower()
    return wanted == (str(found) if isinstance(found, int) else found)


def list_images(
    client: Client,
    conditions: Sequence[Condition],
    *,
    tags: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
    accepts: Callable[[Record], bool] | None = None,
    limit: int | None = None,
    marker: str | None = None,
    page_size: int = PAGE_SIZE,
) -> Iterator[Record]:
    """Yield the images that meet every condition and have every tag.

    The service is asked for as much of that as it can filter by; all of it is checked
    here as the records arrive. ``parameters`` go into the request as they are
    (``visibility``, ``member_status``, ``os_hidden``, ``sort``). ``accepts`` is one
    more check of each record. ``limit`` counts the images that are yielded.
    """
    query: dict[str, Any] = dict(parameters or {})
    is_left_to_us = accepts is not None
    for key, wanted in conditions:
        asked = _parameter(key, wanted)
        if asked is None or key in query:
            is_left_to_us = True
        else:
            query[key] = asked
    # Glance strips the tags that it is asked for, though not those that images have
    query["tag"] = [tag for tag in tags if tag == tag.strip()]
    if limit is not None and not is_left_to_us:
        page_size = max(1, min(page_size, limit))

    def is_wanted(record: Record) -> bool:
        return (
            all(has_value(record, key, wanted) for key, wanted in conditions)
            and set(tags) <= set(record.get("tags") or ())
            and (accepts is None or accepts(record))
        )

    found = client.list(IMAGE, query, marker=marker, page_size=page_size)
    if conditions or tags or accepts:
        found = filter(is_wanted, found)
    return islice(found, limit)


def _parameter(key: str, wanted: str) -> str | None:
    """Return the value of the parameter ``key`` that selects the images wanted.

    It is None where the service has no such filter, or reads the parameter as
    something else.
    """
    if IMAGE.has(key):
        field = IMAGE.field(key)
        if field.kind == "boolean":
            flag = wanted.lower()
            return flag if flag in ("true", "false") else None
        if key == "visibility":  # "all" is no value of an image
            return wanted if wanted in VISIBILITIES else None
        is_compared = field.filter in ("in", "exact")
        return filter_value(IMAGE, key, wanted) if is_compared else None
    is_property = not (
        key in IMAGE.query_keys
        or key in MODEL_ATTRIBUTES
        or key == "changes-since"
        or key.startswith("_")
        or key.endswith(("_min", "_max"))
    )
    return wanted if is_property else None
