"""Keystone's query filters on names, limits and repeated parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.support.callers import Caller, unique
from tests.contract.support.personas import create

NAMES = ("Alpha", "alphabet", "beta")
NOUNS = ("user", "project", "group", "role", "service")


@pytest.fixture(scope="module")
def domain(admin: Caller) -> Iterator[dict[str, Any]]:
    """A domain with three of each noun, all named after the domain."""
    domain = create(admin, "domain", name=unique("Filtered"))
    made = []
    for noun in NOUNS:
        place = {"type" if noun == "service" else "domain_id": domain["id"]}
        for name in NAMES:
            one = create(admin, noun, name=domain["name"] + name, **place)
            made.append(f"/{noun}s/{one['id']}")
    yield domain
    for path in made:
        admin.identity("DELETE", path)
    path = f"/domains/{domain['id']}"
    admin.identity("PATCH", path, json={"domain": {"enabled": False}})
    admin.identity("DELETE", path)


def fetch(admin: Caller, noun: str, domain: dict[str, Any], query: str) -> Any:
    place = "type" if noun == "service" else "domain_id"
    url = f"/{noun}s?{place}={domain['id']}&{query}"
    return admin.identity("GET", url).json()


def names_of(body: dict[str, Any], noun: str, domain: dict[str, Any]) -> list[str]:
    return sorted(one["name"].removeprefix(domain["name"]) for one in body[f"{noun}s"])


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name__contains=lpha", ["Alpha", "alphabet"]),
        ("name__contains=LPHA", []),
        ("name__icontains=LPHA", ["Alpha", "alphabet"]),
        ("name__startswith={}a", ["alphabet"]),
        ("name__istartswith={}A", ["Alpha", "alphabet"]),
        ("name__endswith=bet", ["alphabet"]),
        ("name__iendswith=BET", ["alphabet"]),
        ("name__contains=lpha&name__contains=bet", ["alphabet"]),
        ("name__sounds_like=x", list(NAMES)),
        ("description__contains=x", list(NAMES)),
        ("unheard_of=x", list(NAMES)),
        ("sort_key=unheard_of", list(NAMES)),
    ],
)
def test_names_are_compared(
    admin: Caller, domain: dict[str, Any], noun: str, query: str, found: list[str]
) -> None:
    body = fetch(admin, noun, domain, query.format(domain["name"]))
    assert names_of(body, noun, domain) == found
    assert "truncated" not in body


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_taken_as_keystone_does(
    admin: Caller, domain: dict[str, Any], noun: str, limit: int
) -> None:
    body = fetch(admin, noun, domain, f"limit={limit}")
    if noun in ("role", "service"):
        count = 0 if limit == 0 else len(NAMES) - 1
    else:
        count = len(NAMES)
    assert (len(body[f"{noun}s"]), body["truncated"]) == (count, True)
    assert (body["links"]["next"] is None) is (count == 0)


@pytest.mark.parametrize("noun", NOUNS)
def test_all_values_of_a_filter_count(
    admin: Caller, domain: dict[str, Any], noun: str
) -> None:
    names = "name={0}beta&name={0}{1}".format
    twice = fetch(admin, noun, domain, names(domain["name"], "beta"))
    assert names_of(twice, noun, domain) == ["beta"]
    both = fetch(admin, noun, domain, names(domain["name"], "Alpha"))
    assert names_of(both, noun, domain) == []


@pytest.mark.parametrize("noun", ["user", "project", "group"])
def test_the_first_limit_counts(
    admin: Caller, domain: dict[str, Any], noun: str
) -> None:
    body = fetch(admin, noun, domain, "limit=2&limit=1")
    assert len(body[f"{noun}s"]) == 2
    assert "limit=2&" in body["links"]["next"]


def test_the_first_filter_of_role_assignments_counts(admin: Caller) -> None:
    path = f"/role_assignments?user.id={admin.user_id}&user.id=nope"
    found = admin.identity("GET", path).json()["role_assignments"]
    assert {one["user"]["id"] for one in found} == {admin.user_id}
