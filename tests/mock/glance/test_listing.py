"""How the query of GET /v2/images is parsed: operators, quotes, times and sorting."""

from __future__ import annotations

import pytest

from mockserver.glance.errors import BadRequest
from mockserver.glance.requests.filters import (
    parse_time_filter,
    split_list,
    split_operator,
)
from mockserver.glance.requests.listing import parse_selection


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("plain", ("eq", "plain")),
        ("eq:a:b", ("eq", "a:b")),
        ("in:a,b", ("in", "a,b")),
        ("2014-03-21T20:57:45Z", ("eq", "2014-03-21T20:57:45Z")),
        ("gt:2014-03-21T20:57:45Z", ("gt", "2014-03-21T20:57:45Z")),
    ],
)
def test_an_operator_stands_before_the_first_colon(
    value: str, parts: tuple[str, str]
) -> None:
    assert split_operator(value) == parts


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("a,b", ["a", "b"]),
        ('"a,b",c', ["a,b", "c"]),
        ('a,"b c"', ["a", "b c"]),
        ("a,,b", ["a", "", "b"]),
        (r'"a\"b"', [r"a\"b"]),
        ("", []),
    ],
)
def test_a_list_is_split_at_commas_outside_quotes(value: str, items: list[str]) -> None:
    assert split_list(value) == items


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('"a', "The quote is not closed."),
        ('a"b"', "There is no comma before opening quotation mark."),
        ('"a"b', "There is no comma after closing quotation mark."),
    ],
)
def test_a_misplaced_quote_is_refused(value: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        split_list(value)


def test_a_time_is_compared_in_utc() -> None:
    operator, instant = parse_time_filter("created_at", "gte:2014-03-21T20:57:45+02:00")
    assert (operator, instant) == ("gte", "2014-03-21T18:57:45.000000")


@pytest.mark.parametrize(
    ("pairs", "order"),
    [
        ([], [("created_at", "desc"), ("id", "desc")]),
        (
            [("sort", "name:asc")],
            [("name", "asc"), ("created_at", "asc"), ("id", "asc")],
        ),
        (
            [("sort", "name:asc,size:desc")],
            [
                ("name", "asc"),
                ("size", "desc"),
                ("created_at", "desc"),
                ("id", "desc"),
            ],
        ),
        (
            [("sort_key", "id"), ("sort_dir", "asc")],
            [("id", "asc"), ("created_at", "asc")],
        ),
    ],
)
def test_an_order_is_completed_until_it_is_unique(
    pairs: list[tuple[str, str]], order: list[tuple[str, str]]
) -> None:
    wanted, _ = parse_selection(pairs)
    assert list(wanted.order) == order


def test_the_first_limit_and_the_last_value_of_a_filter_count() -> None:
    wanted, _ = parse_selection(
        [("limit", "1"), ("limit", "2"), ("k", "3"), ("k", "4")]
    )
    assert wanted.limit == 1
    assert dict(wanted.properties) == {"limit": "2", "k": "4"}


def test_every_tag_counts() -> None:
    wanted, _ = parse_selection([("tag", "a"), ("tag", " b ")])
    assert wanted.tags == ("a", "b")


def test_no_page_is_longer_than_a_thousand() -> None:
    wanted, _ = parse_selection([("limit", "5000")])
    assert wanted.limit == 1000
