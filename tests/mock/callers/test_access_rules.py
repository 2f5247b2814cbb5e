"""Access rules of application credentials, as the mock's Glance enforces them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from mockserver.callers.access_rules import is_allowed
from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import call, sign_in


def bind(cloud: MockCloud, *rules: dict[str, str]) -> str:
    """Return a token of the administrator that these access rules bind."""
    user_id = sign_in(cloud).json()["token"]["user"]["id"]
    body = {"name": "bound", "secret": "hush", "access_rules": list(rules)}
    path = f"/users/{user_id}/application_credentials"
    made = call(cloud, "POST", path, {"application_credential": body}).json()
    credential = {"id": made["application_credential"]["id"], "secret": "hush"}
    method = "application_credential"
    identity = {"methods": [method], method: credential}
    url = f"{cloud.identity_url}/v3/auth/tokens"
    answer = requests.post(url, json={"auth": {"identity": identity}})
    return answer.headers["X-Subject-Token"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v2/images", 200),
        ("GET", "/v2/images?limit=1", 200),
        ("POST", "/v2/images", 401),
        ("GET", "/v2/schemas/image", 401),
    ],
)
def test_glance_honours_the_rules_for_its_service(
    method: str, path: str, code: int
) -> None:
    with MockCloud().in_process() as cloud:
        rule = {"service": "image", "method": "GET", "path": "/v2/images"}
        token = bind(cloud, rule)
        headers = {"X-Auth-Token": token}
        answer = requests.request(method, f"{cloud.image_url}{path}", headers=headers)
        assert answer.status_code == code


def test_a_credential_that_has_ended_opens_nothing() -> None:
    with MockCloud(seed={"clock": "2030-01-01T00:00:00Z"}).in_process() as cloud:
        token = sign_in(cloud).json()["token"]
        path = f"/users/{token['user']['id']}/application_credentials"
        body = {"name": "brief", "secret": "x", "expires_at": "2030-01-01T00:10:00Z"}
        made = call(cloud, "POST", path, {"application_credential": body}).json()
        method = "application_credential"
        credential = {"id": made[method]["id"], "secret": "x"}
        auth = {"auth": {"identity": {"methods": [method], method: credential}}}
        url = f"{cloud.identity_url}/v3/auth/tokens"
        answer = requests.post(url, json=auth)
        assert answer.json()["token"]["expires_at"] == "2030-01-01T00:10:00.000000Z"
        cloud.clock.advance(600)
        assert requests.post(url, json=auth).status_code == 401


@pytest.mark.parametrize(
    ("pattern", "path", "allowed"),
    [
        ("/v2/images", "/v2/images", True),
        ("/v2/images", "/v2/images/1", False),
        ("/v2/images/*", "/v2/images/1", True),
        ("/v2/images/*", "/v2/images/1/file", False),
        ("/v2/images/{image_id}/file", "/v2/images/1/file", True),
        ("/v2/**", "/v2/images/1/file", True),
        ("/v2/im.ges", "/v2/images", False),
    ],
)
def test_a_rule_is_a_path_with_names_and_stars(
    pattern: str, path: str, allowed: bool
) -> None:
    rule: dict[str, Any] = {"service": "image", "method": "GET", "path": pattern}
    token = {"application_credential": {"access_rules": [rule]}}
    assert is_allowed(token, "image", "GET", path) is allowed
    assert not is_allowed(token, "identity", "GET", path)
