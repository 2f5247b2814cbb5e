"""The images a listing asks for, in SQL; source: Glance 33 ``db/sqlalchemy/api.py``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
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

KEPT_STATEMENTS = 256
NEVER_NULL = ("created_at", "updated_at", "id", "status")

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
    """Who lists: what they see depends on their project, unless they see all."""

    project_id: str | None
    is_admin: bool


@dataclass
class Selection:
    """Conditions that images meet all of, their order, and the page wanted."""

    conditions: list[tuple[str, str, Any]] = field(default_factory=list)
    """Column, operator and value."""
    properties: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    visibility: str | None = None
    member_status: str = "accepted"
    order: list[tuple[str, Direction]] = field(default_factory=list)
    """Ends in columns that make it unique."""
    marker: Image | None = None
    limit: int | None = None


def select_images(db: Connection, viewer: Viewer, wanted: Selection) -> list[Image]:
    marker = {} if wanted.marker is None else _describe_marker(wanted)
    limit = -1 if wanted.limit is None else wanted.limit
    found = _prepare(viewer, wanted).fetch(db, wanted_limit=limit, **marker)
    return [Image(**decode_parts(row)) for row in found]


_prepared: dict[str, Prepared] = {}


def _prepare(viewer: Viewer, wanted: Selection) -> Prepared:
    """Return the statement of a listing, the same one for each of its pages."""
    unpaged = replace(wanted, marker=None, limit=None)
    asked = repr((viewer, unpaged, wanted.marker is None))
    if asked not in _prepared:
        while len(_prepared) >= KEPT_STATEMENTS:
            _prepared.pop(next(iter(_prepared)), None)
        _prepared[asked] = Prepared(partial(_select, viewer, wanted))
    return _prepared[asked]


def _select(viewer: Viewer, wanted: Selection) -> Select[Any]:
    order = [getattr(IMAGES.c[name], way)() for name, way in wanted.order]
    statement = select_whole_images().where(*_conditions(viewer, wanted))
    return statement.order_by(*order).limit(bindparam("wanted_limit", required=False))


def _conditions(viewer: Viewer, wanted: Selection) -> Iterator[ColumnElement[bool]]:
    yield IMAGES.c.deleted.is_(False)
    yield IMAGES.c.status != "killed"
    for name, comparison, value in wanted.conditions:
        yield OPERATORS[comparison](IMAGES.c[name], _suited(name, value))
    for name, value in wanted.properties.items():
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
    if wanted.marker is not None:
        yield _comes_after(wanted.order)


def _suited(name: str, value: Any) -> Any:
    # A flag is compared with text where a request names it like any other column:
    # no record matches, and none may be reported as an error.
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
    if visibility is None:  # community images are for those who ask for them
        own = IMAGES.c.owner == viewer.project_id if viewer.project_id else false()
        yield or_(own, IMAGES.c.visibility != "community")
    elif visibility != "all":
        yield IMAGES.c.visibility == visibility


def _comes_after(order: list[tuple[str, Direction]]) -> ColumnElement[bool]:
    # A column without a value counts as "" or 0, and the marker's as "", even among
    # numbers: pages sorted by size overlap or end early where sizes are unknown, as
    # they do in Glance.
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
    """Say of the first column alone what lets an index begin at the marker."""
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
