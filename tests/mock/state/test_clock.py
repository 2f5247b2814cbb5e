"""The virtual clock: frozen, running and advanced; expiry of tokens."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from mockserver.cloud import MockCloud
from mockserver.state.clock import Clock
from tests.mock.support.identity_calls import call, sign_in, token_of, validate

DOCUMENTS = datetime(2016, 6, 21, 16, 7, 16, tzinfo=timezone.utc)


def test_a_frozen_clock_stands_until_it_is_advanced() -> None:
    clock = Clock()
    clock.freeze(DOCUMENTS)
    assert clock.now() == DOCUMENTS
    clock.advance(90)
    assert clock.now() == DOCUMENTS + timedelta(seconds=90)


def test_a_clock_runs_on_from_where_it_was_thawed() -> None:
    clock = Clock()
    clock.freeze(DOCUMENTS)
    clock.thaw()
    assert timedelta() <= clock.now() - DOCUMENTS < timedelta(minutes=1)


def test_an_advanced_clock_is_ahead_of_the_machines() -> None:
    clock = Clock()
    clock.advance(3600)
    ahead = clock.now() - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)


def test_tokens_carry_the_clouds_time_and_its_lifetime() -> None:
    with MockCloud(token_lifetime_s=60).in_process() as cloud:
        cloud.clock.freeze(DOCUMENTS)
        token = sign_in(cloud).json()["token"]
    assert token["issued_at"] == "2016-06-21T16:07:16.000000Z"
    assert token["expires_at"] == "2016-06-21T16:08:16.000000Z"


def test_an_expired_token_opens_nothing() -> None:
    with MockCloud().in_process() as cloud:
        token = token_of(cloud)
        assert call(cloud, "GET", "/regions", token=token).status_code == 200
        cloud.clock.advance(3600)
        assert call(cloud, "GET", "/regions", token=token).status_code == 401
        answer = validate(cloud, token)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == "Failed to validate token"


def test_an_expired_token_can_be_looked_up_for_two_more_days() -> None:
    with MockCloud().in_process() as cloud:
        token = token_of(cloud)
        cloud.clock.advance(3600 + 172_800 - 60)
        assert validate(cloud, token, "?allow_expired=1").status_code == 200
        cloud.clock.advance(60)
        assert validate(cloud, token, "?allow_expired=1").status_code == 404
