"""Password rules: lockout after failures, and passwords that were used before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from falcon.testing import create_req

from imagectl.contract.identity import USER
from mockserver.cloud import MockCloud
from mockserver.keystone.errors import Unauthorized
from mockserver.keystone.requests.call import Call
from mockserver.keystone.users.password_rules import verify_password
from mockserver.storage.tables import USERS as USER_TABLE
from tests.mock.support.identity_calls import Answer, call, sign_in

UNSCOPED = {"unscoped": {}}
LOCKOUT_S = 5
USERS = [
    {"name": "mia", "password": "one"},
    {
        "name": "zoe",
        "password": "one",
        "options": {"ignore_lockout_failure_attempts": True},
    },
]


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    strict = MockCloud(
        seed={"clock": "2026-01-01T00:00:00Z", "users": USERS},
        lockout_failure_attempts=2,
        lockout_duration_s=LOCKOUT_S,
        unique_last_password_count=2,
    )
    with strict.in_process() as cloud:
        yield cloud


def fail(cloud: MockCloud, username: str, times: int) -> None:
    for _ in range(times):
        assert sign_in(cloud, username, "wrong", UNSCOPED).status_code == 401


def change(cloud: MockCloud, user_id: str, old: str, new: str) -> Answer:
    body = {"user": {"original_password": old, "password": new}}
    return call(cloud, "POST", f"/users/{user_id}/password", body)


def find_user_id(cloud: MockCloud, name: str) -> str:
    user_id: str = call(cloud, "GET", f"/users?name={name}").json()["users"][0]["id"]
    return user_id


def test_a_user_is_locked_out_after_too_many_failures(cloud: MockCloud) -> None:
    fail(cloud, "mia", 2)
    refused = sign_in(cloud, "mia", "one", UNSCOPED)
    assert refused.status_code == 401
    cloud.clock.advance(LOCKOUT_S)
    assert sign_in(cloud, "mia", "one", UNSCOPED).status_code == 201


def test_the_count_starts_again_after_success(cloud: MockCloud) -> None:
    for _ in range(2):
        fail(cloud, "mia", 1)
        assert sign_in(cloud, "mia", "one", UNSCOPED).status_code == 201


def test_the_count_starts_again_after_a_lockout(cloud: MockCloud) -> None:
    fail(cloud, "mia", 2)
    cloud.clock.advance(LOCKOUT_S)
    fail(cloud, "mia", 1)
    assert sign_in(cloud, "mia", "one", UNSCOPED).status_code == 201


def test_an_option_keeps_a_user_from_being_locked_out(cloud: MockCloud) -> None:
    fail(cloud, "zoe", 3)
    assert sign_in(cloud, "zoe", "one", UNSCOPED).status_code == 201


def test_a_failed_change_of_password_counts_as_a_failure(cloud: MockCloud) -> None:
    user_id = find_user_id(cloud, "mia")
    for _ in range(2):
        assert change(cloud, user_id, "wrong", "two").status_code == 401
    assert change(cloud, user_id, "one", "two").status_code == 401


def test_a_recent_password_is_refused(cloud: MockCloud) -> None:
    user_id = find_user_id(cloud, "mia")
    assert change(cloud, user_id, "one", "two").status_code == 204
    for old in ("one", "two"):
        refused = change(cloud, user_id, "two", old)
        assert refused.status_code == 400
        assert refused.json()["error"]["message"].endswith("must be unique is 2.")
    assert change(cloud, user_id, "two", "three").status_code == 204
    assert change(cloud, user_id, "three", "one").status_code == 204


def test_a_failure_is_counted_after_the_transaction_that_found_it(
    cloud: MockCloud,
) -> None:
    user_id = find_user_id(cloud, "mia")
    for _ in range(2):
        with ExitStack() as after, cloud.state.database.begin() as db:
            request = Call(cloud.state, create_req(), db, {})
            user = request.find(USER, USER_TABLE, user_id)
            with pytest.raises(Unauthorized):
                verify_password(request, user, "wrong", after)
    assert sign_in(cloud, "mia", "one", UNSCOPED).status_code == 401


def test_an_administrator_may_set_any_password(cloud: MockCloud) -> None:
    user_id = find_user_id(cloud, "mia")
    body = {"user": {"password": "one"}}
    assert call(cloud, "PATCH", f"/users/{user_id}", body).status_code == 200


def test_lockout_is_off_by_default() -> None:
    with MockCloud(seed={"users": USERS}).in_process() as cloud:
        fail(cloud, "mia", 10)
        assert sign_in(cloud, "mia", "one", UNSCOPED).status_code == 201
