"""What the query of a listing of metadata definitions asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mockserver.glance.errors import BadRequest, ServerError
from mockserver.glance.requests.listing import (
    DEFAULT_LIMIT,
    MOST_LISTED,
    Query,
    parse_query,
)
from mockserver.storage.metadef_tables import NAMESPACES, TAGS
from mockserver.storage.metadefs import Page, sort_keys_of

if TYPE_CHECKING:
    from typing import Literal

    import falcon

VISIBILITIES = ("public", "private")


class NamespaceQuery:
    """The parameters of a listing of namespaces.

    Raises :class:`BadRequest`, and :class:`ServerError` where Glance fails.
    """

    def __init__(self, req: falcon.Request) -> None:
        pairs = parse_query(req)
        query = Query(pairs)
        limit, self.marker = query.take("limit"), query.take("marker")
        sort_dir = query.take("sort_dir")
        page_limit = min(MOST_LISTED, _parse_namespace_limit(limit))
        self.page = Page(
            query.take("sort_key") or _default_key(pairs), _parse_direction(sort_dir)
        )
        check_visibility(query.rest(), VISIBILITIES)
        if page_limit < 0:
            raise BadRequest("limit param must be positive")
        self.page.limit = page_limit
        # Glance checks the last value of a repeated filter, and filters by the first
        self.visibility = query.take("visibility")
        types = query.take("resource_types")
        self.resource_types = None if types is None else types.split(",")
        is_listable = types is not None or query.take("id_list") is None
        if not is_listable or self.page.sort_key not in sort_keys_of(NAMESPACES):
            raise ServerError
        # of a parameter given twice, links carry the last value
        self.link_query = {name: text for name, text in pairs if name != "marker"}


def _default_key(pairs: list[tuple[str, str]]) -> str:
    # an empty sort key is no column, which Glance answers with an error
    return "" if ("sort_key", "") in pairs else "created_at"


def _parse_namespace_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    try:
        return int(text)
    except ValueError:
        raise ServerError from None


def _parse_direction(text: str | None) -> Literal["asc", "desc"]:
    if text not in (None, "asc", "desc"):
        raise BadRequest(f"Invalid sort direction: {text}")
    return cast("Literal['asc', 'desc']", text or "desc")


def check_visibility(filters: dict[str, str], known: tuple[str, ...]) -> None:
    """Raise :class:`BadRequest` for a filter by a visibility that is not known."""
    visibility = filters.get("visibility")
    if visibility and visibility not in known:
        raise BadRequest(f"Invalid visibility value: {visibility}")


def parse_part_page(req: falcon.Request, *, min_limit: int) -> tuple[Page, str | None]:
    """Return which page of a namespace's parts is wanted, and the marker's name.

    ``min_limit`` is the smallest limit that is accepted. Raises :class:`BadRequest`.
    """
    pairs = parse_query(req)
    query = Query(pairs)
    limit, marker = query.take("limit"), query.take("marker")
    direction = _parse_direction(query.take("sort_dir"))
    page = Page(query.take("sort_key") or _default_key(pairs), direction)
    check_visibility(query.rest(), (*VISIBILITIES, "shared"))
    if limit is not None and (limit or min_limit):
        page.limit = _parse_part_limit(limit, min_limit)
    return page, marker


def _parse_part_limit(text: str, min_limit: int) -> int:
    try:
        limit = int(text)
    except ValueError:
        raise BadRequest("limit param must be an integer") from None
    if limit < min_limit:
        raise BadRequest("limit param must be positive")
    return limit


def check_tag_order(page: Page) -> None:
    """Raise :class:`ServerError`, as Glance does, unless tags have the sort key."""
    if page.sort_key not in sort_keys_of(TAGS):
        raise ServerError
