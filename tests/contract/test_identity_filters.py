from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .callers import Caller, unique
from .personas import create

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
