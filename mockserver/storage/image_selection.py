"""Listings of images in SQL; source: Glance 33 ``db/sqlalchemy/api.py``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    or_,
    true,
)

from mockserver.storage.image_rows import decode_parts, select_whole_images
from mockserver.storage.image_tables import IMAGES, MEMBERS, PROPERTIES, TAGS
from mockserver.storage.images import Image
from mockserver.storage.prepared import Prepared

Direction = Literal["asc", "desc"]
Order = tuple[tuple[str, Direction], ...]
Condition = tuple[str, str, Any]
"""A column, an operator out of OPERATORS, and a hashable value."""

KEPT_STATEMENTS = 256
NEVER_NULL = ("created_at", "updated_at", "id", "status")
"""Columns that every image has a value in."""

COLUMNS = frozenset(column.name for column in IMAGES.columns)
OPERATORS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda column, values: column.in_(values),
}


@dataclass(frozen=True)
class Viewer:
    """Who lists images: an administrator sees all, others depend on their project."""

    project_id: str | None
    is_admin: bool


@dataclass(frozen=True)
class Selection:
    """Which images are wanted, in which order, and which page of them.

    An image is wanted if it meets every condition, has every property with its value
    and every tag. ``visibility`` None is all but the community images of others.
    ``member_status`` is that of the caller's membership in shared images, or "all".
    ``order`` has to end in columns that make it unique.

    Selections that differ only in their page are equal: they share a statement.
    """

    conditions: tuple[Condition, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    visibility: str | None = None
    member_status: str = "accepted"
    order: Order = ()
    limit: int | None = field(default=None, compare=False)
    """The most images on the page; None is all."""
    marker: Image | None = field(default=None, compare=False)
    """The last image of the page before; None on the first page."""


def select_images(db: Connection, viewer: Viewer, wanted: Selection) -> list[Image]:
    """Return a page of the images that a viewer sees and wants."""
    marker = {} if wanted.marker is None else _describe_marker(wanted)
    limit = -1 if wanted.limit is None else wanted.limit
    statement = _prepare(viewer, wanted, is_first_page=wanted.marker is None)
    return [
        Image(**decode_parts(row))
        for row in statement.fetch(db, wanted_limit=limit, **marker)
    ]


@lru_cache(KEPT_STATEMENTS)
def _prepare(viewer: Viewer, wanted: Selection, *, is_first_page: bool) -> Prepared:
    """Return the statement that every further page of a listing shares."""
    return Prepared(partial(_select, viewer, wanted, is_first_page=is_first_page))


def _select(viewer: Viewer, wanted: Selection, *, is_first_page: bool) -> Select[Any]:
    order = [getattr(IMAGES.c[name], way)() for name, way in wanted.order]
    statement = select_whole_images().where(*_conditions(viewer, wanted))
    if not is_first_page:
        statement = statement.where(_comes_after(wanted.order))
    return statement.order_by(*order).limit(bindparam("wanted_limit", required=False))


def _conditions(viewer: Viewer, wanted: Selection) -> Iterator[ColumnElement[bool]]:
    yield IMAGES.c.deleted.is_(False)
    yield IMAGES.c.status != "killed"
    for name, comparison, value in wanted.conditions:
        yield OPERATORS[comparison](IMAGES.c[name], _suited(name, value))
    for name, value in wanted.properties:
        yield exists().where(
            PROPERTIES.c.image_id == IMAGES.c.id,
            PROPERTIES.c.name == name,
            PROPERTIES.c.value == value,
        )
    for tag in wanted.tags:
        yield exists().where(TAGS.c.image_id == IMAGES.c.id, TAGS.c.value == tag)
    if not viewer.is_admin:
        yield _is_seen_by(viewer, wanted.member_status)
    yield from _of_visibility(viewer, wanted.visibility)


def _suited(name: str, value: Any) -> Any:
    # A request may compare a flag with text, as if it were any other column. Glance
    # then lists nothing, where SQLAlchemy would refuse the value.
    if isinstance(IMAGES.c[name].type, Boolean) and not isinstance(value, bool):
        return None
    return value


def _is_seen_by(viewer: Viewer, member_status: str) -> ColumnElement[bool]:
    is_member = [MEMBERS.c.image_id == IMAGES.c.id]
    is_member.append(MEMBERS.c.member_id == viewer.project_id)
    if member_status != "all":
        is_member.append(MEMBERS.c.status == member_status)
    return or_(
        IMAGES.c.visibility.in_(("public", "community")),
        IMAGES.c.owner == viewer.project_id,
        and_(IMAGES.c.visibility == "shared", exists().where(*is_member)),
    )


def _of_visibility(
    viewer: Viewer, visibility: str | None
) -> Iterator[ColumnElement[bool]]:
    if visibility is None:  # community images are listed only if asked for
        own = IMAGES.c.owner == viewer.project_id if viewer.project_id else false()
        yield or_(own, IMAGES.c.visibility != "community")
    elif visibility != "all":
        yield IMAGES.c.visibility == visibility


def _comes_after(order: Order) -> ColumnElement[bool]:
    # A column without a value counts as "" or 0; where the marker has none it counts
    # as "", even in a column of numbers. So pages that are sorted by size overlap or
    # end early where sizes are unknown, as they do in Glance.
    criteria: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for name, way in order:
        column, value = IMAGES.c[name], _marker_value(name)
        held: Any = column
        if name not in NEVER_NULL:
            blank = "" if column.type.python_type is str else 0
            held = case((column.is_not(None), column), else_=blank)
        compare = operator.gt if way == "asc" else operator.lt
        criteria.append(and_(*equal, compare(held, value)))
        equal.append(held == value)
    return and_(_is_not_before(*order[0]), or_(*criteria))


def _is_not_before(name: str, way: Direction) -> ColumnElement[bool]:
    """Return what the first column of an order implies alone.

    It changes no result, but lets SQLite begin at the marker in an index.
    """
    if name not in NEVER_NULL:
        return true()
    compare = operator.ge if way == "asc" else operator.le
    bound: ColumnElement[bool] = compare(IMAGES.c[name], _marker_value(name))
    return bound


def _marker_value(name: str) -> Any:
    kind = IMAGES.c[name].type
    return bindparam(f"marker_{name}", type_=kind, required=False)


def _describe_marker(wanted: Selection) -> dict[str, Any]:
    values = {name: getattr(wanted.marker, name) for name, _ in wanted.order}
    return {f"marker_{n}": "" if v is None else v for n, v in values.items()}
