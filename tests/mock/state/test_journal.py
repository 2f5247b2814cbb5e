"""The journal of requests and answers, which keeps no secrets."""

from __future__ import annotations

import requests

from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import call, sign_in


def test_the_journal_tells_what_was_asked_and_answered() -> None:
    with MockCloud() as cloud:
        sign_in(cloud)
        answer = requests.get(f"{cloud.identity_url}/v3/nope?a=b")
        signed_in, asked = list(cloud.journal)
    assert (signed_in.service, signed_in.method, signed_in.status) == (
        "identity",
        "POST",
        201,
    )
    assert (asked.path, asked.query, asked.status) == ("/v3/nope", "a=b", 404)
    assert asked.request_id == answer.headers["x-openstack-request-id"]


def test_the_journal_keeps_no_secret() -> None:
    with MockCloud(admin_password="hidden-pass").in_process() as cloud:
        token = sign_in(cloud).headers["X-Subject-Token"]
        call(cloud, "GET", "/users", token=token)
        text = repr(list(cloud.journal))
    assert "hidden-pass" not in text
    assert token not in text


def test_every_answer_has_a_request_id_of_its_own() -> None:
    with MockCloud().in_process() as cloud:
        answers = [requests.get(f"{cloud.identity_url}/v3") for _ in range(3)]
    ids = {answer.headers["x-openstack-request-id"] for answer in answers}
    assert len(ids) == 3
    assert all(one.startswith("req-") for one in ids)


def test_a_cleared_journal_is_empty() -> None:
    with MockCloud().in_process() as cloud:
        requests.get(cloud.identity_url)
        assert len(cloud.journal) == 1
        cloud.journal.clear()
        assert len(cloud.journal) == 0
