"""Signing in by password without keystoneauth: the same body, in one request."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from keystoneauth1 import loading
from keystoneauth1.session import Session as KeystoneauthSession

from imagectl.auth.password import fetch_by_password, requested_scopes
from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError, ServiceError
from tests.client.support.auth_server import Answer, Asked, serve

USER = {"username": "u", "password": "p", "user_domain_id": "d"}
TOKEN = {"token": {"issued_at": "2026-01-01T00:00:00Z", "user": {"id": "u"}}}


def answer(asked: Asked) -> Answer:
    if asked.method == "GET":
        return Answer(404)
    return Answer(201, TOKEN, {"X-Subject-Token": "t"})


def body_of(asked: Asked) -> Any:
    return json.loads(asked.body)


@pytest.mark.parametrize(
    "auth",
    [
        USER,
        {"user_id": "i", "password": "p", "project_id": "p"},
        USER | {"project_name": "n", "project_domain_name": "D"},
        USER | {"project_name": "n", "default_domain_id": "x"},
        {"username": "u", "password": "p", "default_domain_name": "x"},
        USER | {"domain_name": "D"},
        USER | {"domain_id": "D"},
        USER | {"system_scope": "all"},
        USER | {"trust_id": "t"},
        USER | {"user_domain_name": "N", "project_id": "p"},
    ],
)
def test_the_body_is_what_keystoneauth_sends(
    auth: dict[str, str],
) -> None:
    with serve(answer) as server:
        url = f"{server.url}/v3"
        loader = loading.get_plugin_loader("password")
        plugin = loader.load_from_options(auth_url=url, **auth)
        plugin.get_access(KeystoneauthSession())
        theirs = body_of(server.asked[-1])
        config = CloudConfig("password", {"auth_url": url, **auth})
        access = fetch_by_password(config, requests.Session())
        assert access
        assert access.token == "t"
        assert body_of(server.asked[-1]) == theirs


@pytest.mark.parametrize(
    ("auth_type", "changed"),
    [
        ("v3token", {}),
        ("v3password", {}),
        ("password", {"password": ""}),
        ("password", {"username": ""}),
        ("password", {"system_scope": "all", "project_id": "p"}),
    ],
)
def test_other_kinds_of_sign_in_are_left_to_keystoneauth(
    auth_type: str, changed: dict[str, str]
) -> None:
    auth = {"auth_url": "http://127.0.0.1:1/v3", **USER, **changed}
    assert fetch_by_password(CloudConfig(auth_type, auth), requests.Session()) is None


@pytest.mark.parametrize(
    "odd",
    [
        Answer(200, TOKEN),
        Answer(201, TOKEN),
        Answer(300, {}),
        Answer(302, {}, {"Location": "http://127.0.0.1:1/"}),
        Answer(401, {}, {"Openstack-Auth-Receipt": "r"}),
        Answer(503, {}),
    ],
    ids=lambda odd: str(odd.status),
)
def test_an_odd_answer_is_left_to_keystoneauth(odd: Answer) -> None:
    with serve(lambda asked: odd) as server:
        auth = {"auth_url": f"{server.url}/v3", **USER}
        config = CloudConfig("password", auth)
        assert fetch_by_password(config, requests.Session()) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [({"error": {"message": "No."}}, "No."), ("<html>", "Unauthorized"), ([], "Unau")],
)
def test_a_refused_password_is_tried_once(body: Any, reason: str) -> None:
    with serve(lambda asked: Answer(401, body)) as server:
        auth = {"auth_url": f"{server.url}/v3", **USER}
        with pytest.raises(AccessError, match=reason):
            fetch_by_password(CloudConfig("password", auth), requests.Session())
        assert len(server.asked) == 1


def test_no_answer_is_an_error_that_names_keystone() -> None:
    auth = {"auth_url": "http://127.0.0.1:1/v3", **USER}
    with pytest.raises(ServiceError, match=r"Unable to reach http://127.0.0.1:1/v3/"):
        fetch_by_password(CloudConfig("password", auth), requests.Session())


def test_a_token_is_for_what_the_options_name() -> None:
    auth = {"domain_id": "d", "project_name": "p"}
    assert requested_scopes(auth) == ["domain", "project"]
