"""What the query of a listing asks for; source: Glance 33 ``api/v2/images.py``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from imagectl.contract.image import IMAGE, MEMBER_STATUS_FILTERS, VISIBILITIES
from mockserver.glance.errors import BadRequest, ServerError
from mockserver.glance.requests.filters import parse_text_filter, parse_time_filter
from mockserver.storage.image_selection import (
    COLUMNS,
    Condition,
    Direction,
    Order,
    Selection,
)

if TYPE_CHECKING:
    import falcon

DEFAULT_LIMIT = 25
MOST_LISTED = 1000
SORT_KEYS = (
    "name",
    "status",
    "container_format",
    "disk_format",
    "size",
    "id",
    "created_at",
    "updated_at",
)
TEXT_FILTERS = tuple(field.name for field in IMAGE.filters if field.filter == "in")
TIME_FILTERS = tuple(field.name for field in IMAGE.filters if field.filter == "time")
FLAG_FILTERS = ("protected", "os_hidden")
_UNUSABLE = ("members", "properties", "locations")
"""Names of filters on which Glance's database layer crashes."""
_NEVER_EQUAL = (
    "delete",
    "get",
    "items",
    "iteritems",
    "keys",
    "metadata",
    "registry",
    "save",
    "to_dict",
    "update",
    "values",
)
"""Names of attributes of Glance's database model of an image that are no columns.

``_make_conditions_from_filters`` (``db/sqlalchemy/api.py``) compares the attribute
itself with the text of the filter, so nothing is listed.
"""


def parse_query(req: falcon.Request) -> list[tuple[str, str]]:
    """Return the query's parameters in order.

    Raises :class:`BadRequest` for one that is not UTF-8.
    """
    try:
        return parse_qsl(req.query_string, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(
            "Error decoding your request. Either the URL or the request body contained"
            " characters that could not be decoded by Glance"
        ) from None


class Query:
    """The parameters of a query: those that have been taken are gone from it."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = list(pairs)

    def take(self, name: str) -> str | None:
        """Remove and return the first value of a parameter."""
        for index, (key, value) in enumerate(self._pairs):
            if key == name:
                del self._pairs[index]
                return value
        return None

    def take_all(self, name: str) -> list[str]:
        """Remove and return every value of a parameter, stripped."""
        values = []
        while (value := self.take(name)) is not None:
            values.append(value.strip())
        return values

    def rest(self) -> dict[str, str]:
        """Return the parameters not taken yet; a repeated one has its last value."""
        return dict(self._pairs)


def parse_selection(pairs: Iterable[tuple[str, str]]) -> tuple[Selection, str | None]:
    """Return which images a query selects, and the id given as its marker.

    Raises :class:`BadRequest`, and :class:`ServerError` for filters on which Glance
    crashes.
    """
    query = Query(pairs)
    limit, marker = query.take("limit"), query.take("marker")
    member_status = query.take("member_status")
    tags = query.take_all("tag")
    _check_visibility(query.rest())
    if member_status and member_status not in MEMBER_STATUS_FILTERS:
        raise BadRequest(f"Invalid status: {member_status}")
    limit_number = parse_limit(limit)
    order = _parse_order(query)
    # a second ``visibility`` stays among the filters and narrows the listing further
    visibility = query.take("visibility")
    filters = query.rest()
    # Glance takes the text of ``tags`` for a list of its characters
    tags = tags or list(filters.pop("tags", ""))
    conditions, properties = _split_filters(filters)
    wanted = Selection(
        conditions=tuple(conditions),
        properties=tuple(properties.items()),
        tags=tuple(tags),
        visibility=visibility,
        member_status=member_status or "accepted",
        order=order,
        limit=limit_number,
    )
    return wanted, marker


def _check_visibility(filters: dict[str, str]) -> None:
    visibility = filters.get("visibility")
    if visibility and visibility not in (*VISIBILITIES, "all"):
        raise BadRequest(f"Invalid visibility value: {visibility}")
    if filters.get("changes-since"):
        raise BadRequest('The "changes-since" filter is no longer available on v2.')


def parse_limit(text: str | None) -> int:
    """Return how many records a page may hold. Raises :class:`BadRequest`."""
    if text is None:
        return DEFAULT_LIMIT
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < 0:
        raise BadRequest("limit param must be positive")
    return min(limit, MOST_LISTED)


def _parse_order(query: Query) -> Order:
    pairs = query.take("sort")
    if pairs is not None:
        rest = query.rest()
        if "sort_key" in rest or "sort_dir" in rest:
            raise BadRequest("Old and new sorting syntax cannot be combined")
        split = [pair.partition(":") for pair in pairs.strip().split(",")]
        keys = [key.strip() for key, _, _ in split]
        directions = [
            direction.strip() if direction else "desc" for _, _, direction in split
        ]
    else:
        keys, directions = query.take_all("sort_key"), query.take_all("sort_dir")
    for key in keys:
        if key not in SORT_KEYS:
            raise BadRequest(
                f"Invalid sort key: {key}. It must be one of the following:"
                f" {', '.join(SORT_KEYS)}."
            )
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise BadRequest(f"Invalid sort direction: {direction}")
    if len(directions) > 1 and len(directions) != len(keys):
        raise BadRequest("Number of sort dirs does not match the number of sort keys")
    return _complete_order(keys or ["created_at"], directions or ["desc"])


def _complete_order(keys: list[str], directions: list[str]) -> Order:
    """Add columns that make the order unique.

    A single direction applies to every column; otherwise the added ones descend.
    """
    default = directions[0] if len(directions) == 1 else "desc"
    keys = [*keys, *(key for key in ("created_at", "id") if key not in keys)]
    if len(directions) == 1:
        directions = [default] * len(keys)
    directions = [*directions, *[default] * (len(keys) - len(directions))]
    pairs = zip(keys, directions, strict=True)
    return tuple((key, cast(Direction, direction)) for key, direction in pairs)


def _split_filters(
    filters: dict[str, str],
) -> tuple[list[Condition], dict[str, str]]:
    """Return the conditions on columns, and the properties with their values."""
    conditions: list[Condition] = []
    properties: dict[str, str] = {}
    filters.setdefault("os_hidden", "false")
    filters["os_hidden"] = filters["os_hidden"].lower()
    for name in FLAG_FILTERS:
        value = filters.pop(name, None)
        if value not in (None, "true", "false"):
            raise BadRequest(
                f"Invalid value '{value}' for '{name}' filter."
                " Valid values are 'true' or 'false'."
            )
        if value is not None:
            conditions.append((name, "eq", value == "true"))
    filters.pop("deleted", None)
    for name, value in filters.items():
        if name.endswith(("_min", "_max")):
            conditions.append(_parse_bound(name, value))
        elif name in TIME_FILTERS:
            conditions.append((name, *parse_time_filter(name, value)))
        elif name in TEXT_FILTERS:
            conditions.append((name, *parse_text_filter(value)))
        elif name in COLUMNS:
            conditions.append((name, "eq", value))
        elif name in _NEVER_EQUAL:
            conditions.append(("id", "in", ()))
        elif name in _UNUSABLE:
            raise ServerError
        else:
            properties[name] = value
    return conditions, properties


def _parse_bound(name: str, value: str) -> Condition:
    try:
        bound = int(value)
    except ValueError:
        raise BadRequest(
            "Unable to filter on a range with a non-numeric value."
        ) from None
    column = name[: -len("_min")]
    if column not in COLUMNS:
        raise ServerError
    return column, "gte" if name.endswith("_min") else "lte", bound
