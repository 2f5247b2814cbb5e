"""Listings of the mock's Keystone: pages, limits and filters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from mockserver.cloud import MockCloud
from mockserver.storage.repository import store
from mockserver.storage.tables import USERS
from tests.mock.support.identity_calls import call, create, token_of


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud(list_limit=5).in_process() as opened:
        yield opened


def add_users(cloud: MockCloud, count: int) -> None:
    with cloud.state.database.begin() as db:
        for number in range(count):
            user = {"id": f"{number:032x}", "name": f"user{number}"}
            of = {"domain_id": "default", "enabled": True, "options": {}}
            store(db, USERS, {**user, **of})


def test_pages_lead_through_all_users(cloud: MockCloud) -> None:
    add_users(cloud, 9)
    headers = {"X-Auth-Token": token_of(cloud)}
    url, names, pages = f"{cloud.identity_url}/v3/users?limit=4", [], 0
    while url:
        body = requests.get(url, headers=headers).json()
        names += [user["name"] for user in body["users"]]
        assert body.get("truncated", False) is (body["links"]["next"] is not None)
        url, pages = body["links"]["next"], pages + 1
    assert sorted(names) == sorted(["admin", *(f"user{n}" for n in range(9))])
    assert pages == 3


def test_a_listing_without_a_limit_stops_at_the_services_own(cloud: MockCloud) -> None:
    add_users(cloud, 9)
    body = call(cloud, "GET", "/users").json()
    assert len(body["users"]) == 5
    assert "truncated" not in body


def test_a_limit_is_no_larger_than_the_services_own(cloud: MockCloud) -> None:
    add_users(cloud, 9)
    body = call(cloud, "GET", "/users?limit=1000").json()
    assert len(body["users"]) == 5
    assert "limit=5" in body["links"]["next"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=Alpha", ["Alpha"]),
        ("name=alpha", []),
        ("name__contains=lph", ["Alpha"]),
        ("name__contains=LPH", []),
        ("name__icontains=LPH", ["Alpha"]),
        ("name__startswith=Al", ["Alpha"]),
        ("name__iendswith=HA", ["Alpha"]),
        ("name__bogus=x", ["Alpha", "admin"]),
        ("enabled=false", []),
        ("enabled=no", []),
        ("name=Alpha&enabled=1", ["Alpha"]),
    ],
)
def test_filters_narrow_a_listing(
    cloud: MockCloud, query: str, found: list[str]
) -> None:
    create(cloud, "user", name="Alpha")
    users = call(cloud, "GET", f"/users?{query}").json()["users"]
    assert sorted(user["name"] for user in users) == found


def test_a_crash_is_answered_as_keystone_does(
    cloud: MockCloud, caplog: pytest.LogCaptureFixture
) -> None:
    answer = call(cloud, "GET", "/services?limit=x")
    assert answer.status_code == 500
    assert answer.json()["error"]["message"] == (
        "An unexpected error prevented the server from fulfilling your request."
    )
    assert "GET /v3/services failed" in caplog.text
