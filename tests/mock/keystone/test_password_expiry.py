"""Passwords that expire: sign-ins and the filter of listings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import call, sign_in

UNSCOPED = {"unscoped": {}}
SEED = {
    "clock": "2016-12-08T00:00:00Z",
    "users": [
        {
            "name": "mia",
            "password": "pw",
            "password_expires_at": "2016-12-08T22:02:00.000000",
        },
        {
            "name": "old",
            "password": "pw",
            "password_expires_at": "2016-01-01T00:00:00.000000",
            "options": {"ignore_password_expiry": True},
        },
    ],
}


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud(seed=SEED).in_process() as cloud:
        yield cloud


def test_an_expired_password_is_refused(cloud: MockCloud) -> None:
    token = sign_in(cloud, "mia", "pw", UNSCOPED).json()["token"]
    assert token["user"]["password_expires_at"] == "2016-12-08T22:02:00.000000"
    cloud.clock.advance(23 * 3600)
    answer = sign_in(cloud, "mia", "pw", UNSCOPED)
    message = "The password is expired and needs to be changed for user: {}."
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == message.format(token["user"]["id"])


def test_a_changed_password_does_not_expire(cloud: MockCloud) -> None:
    user_id = sign_in(cloud, "mia", "pw", UNSCOPED).json()["token"]["user"]["id"]
    cloud.clock.advance(23 * 3600)
    body = {"user": {"original_password": "pw", "password": "new"}}
    changed = call(cloud, "POST", f"/users/{user_id}/password", body)
    assert changed.status_code == 204
    token = sign_in(cloud, "mia", "new", UNSCOPED).json()["token"]
    assert token["user"]["password_expires_at"] is None


def test_an_option_ignores_the_expiry(cloud: MockCloud) -> None:
    assert sign_in(cloud, "old", "pw", UNSCOPED).status_code == 201


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lt:2016-12-08T22:02:00Z", ["old"]),
        ("lte:2016-12-08T22:02:00Z", ["mia", "old"]),
        ("gt:2016-06-01T00:00:00Z", ["mia"]),
        ("gte:2016-12-08T22:02:00Z", ["mia"]),
        ("2016-12-08T22:02:00Z", ["mia"]),
        ("neq:2016-12-08T22:02:00Z", ["old"]),
    ],
)
def test_users_are_filtered_by_the_expiry_of_their_password(
    cloud: MockCloud, query: str, found: list[str]
) -> None:
    answer = call(cloud, "GET", f"/users?password_expires_at={query}")
    assert sorted(user["name"] for user in answer.json()["users"]) == found
