"""A mock Glance that validates tokens at another Keystone."""

from __future__ import annotations

import pytest
import requests

from mockserver.callers.callers import NotAuthenticated
from mockserver.cli.environment import describe, variables_of
from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import create, token_of


def test_a_glance_validates_tokens_at_a_keystone_elsewhere() -> None:
    with MockCloud() as elsewhere:
        seed_service_user(elsewhere)
        options = {"identity_url": elsewhere.identity_url, "service_password": "pw"}
        with MockCloud(**options) as cloud:
            token = token_of(elsewhere)
            caller = cloud.tokens.validate(token)
            answers = [
                requests.get(
                    f"{cloud.image_url}/v2/images", headers={"X-Auth-Token": one}
                ).status_code
                for one in (token, "bad")
            ]
            with pytest.raises(NotAuthenticated):
                cloud.tokens.validate(None)
    assert caller.user_name == "admin"
    assert caller.is_admin
    assert answers == [200, 401]


def test_a_keystone_elsewhere_is_asked_once_for_a_token() -> None:
    with MockCloud() as elsewhere:
        seed_service_user(elsewhere)
        cloud = MockCloud(identity_url=elsewhere.identity_url, service_password="pw")
        token = token_of(elsewhere)
        cloud.tokens.validate(token)
        asked = len(elsewhere.journal)
        assert cloud.tokens.validate(token).token_id == token
        assert len(elsewhere.journal) == asked
        cloud.close()


def test_a_keystone_that_does_not_know_our_user_is_no_refusal() -> None:
    with MockCloud() as elsewhere:
        options = {"identity_url": elsewhere.identity_url, "service_password": "no"}
        with MockCloud(**options) as cloud:
            answer = requests.get(
                f"{cloud.image_url}/v2/images",
                headers={"X-Auth-Token": "any", "Accept": "application/json"},
            )
            told = variables_of(describe(cloud))
    assert answer.status_code == 503
    assert "Keystone service is temporarily unavailable" in answer.json()["message"]
    # whose credentials are good there is not ours to say
    assert told["OS_AUTH_URL"] == f"{elsewhere.identity_url}/v3"
    assert "OS_PASSWORD" not in told


def seed_service_user(cloud: MockCloud) -> None:
    user = create(cloud, "user", name="glance", password="pw")
    headers = {"X-Auth-Token": token_of(cloud)}
    root = f"{cloud.identity_url}/v3"
    [role] = requests.get(f"{root}/roles?name=admin", headers=headers).json()["roles"]
    [project] = requests.get(f"{root}/projects?name=service", headers=headers).json()[
        "projects"
    ]
    grant = f"{root}/projects/{project['id']}/users/{user['id']}/roles/{role['id']}"
    assert requests.put(grant, headers=headers).status_code == 204
