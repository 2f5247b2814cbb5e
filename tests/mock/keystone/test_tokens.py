"""Tokens of the mock's Keystone: validation, revocation and their cost in queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockserver.callers.callers import NotAuthenticated
from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import call, create, sign_in, token_of, validate
from tests.mock.support.statements import note_queries


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud().in_process() as opened:
        yield opened


@pytest.fixture
def eve(cloud: MockCloud) -> dict[str, Any]:
    """A member of the project admin."""
    user = create(cloud, "user", name="eve", password="pw")
    grant(cloud, user["id"], "member")
    return user


def grant(cloud: MockCloud, user_id: str, role_name: str, method: str = "PUT") -> None:
    [role] = call(cloud, "GET", f"/roles?name={role_name}").json()["roles"]
    project_id = sign_in(cloud).json()["token"]["project"]["id"]
    path = f"/projects/{project_id}/users/{user_id}/roles/{role['id']}"
    assert call(cloud, method, path).status_code == 204


def test_a_caller_knows_its_roles_with_what_they_imply(
    cloud: MockCloud, eve: dict[str, Any]
) -> None:
    caller = cloud.tokens.validate(token_of(cloud, "eve", "pw"))
    assert caller.user_id == eve["id"]
    assert caller.roles == {"member", "reader"}
    assert not caller.is_admin
    assert cloud.tokens.validate(token_of(cloud)).is_admin


@pytest.mark.parametrize("token", [None, "", "bad", "gAAAAAB" + "x" * 176])
def test_an_invalid_token_is_not_authenticated(
    cloud: MockCloud, token: str | None
) -> None:
    with pytest.raises(NotAuthenticated):
        cloud.tokens.validate(token)


def test_a_validation_takes_two_queries(cloud: MockCloud) -> None:
    token = token_of(cloud)
    with note_queries(cloud) as queries:
        cloud.tokens.validate(token)
    assert len(queries) == 2


def test_taking_the_last_role_back_ends_a_token(
    cloud: MockCloud, eve: dict[str, Any]
) -> None:
    token = token_of(cloud, "eve", "pw")
    grant(cloud, eve["id"], "member", method="DELETE")
    assert validate(cloud, token).status_code == 404
    assert sign_in(cloud, "eve", "pw").status_code == 401


def test_a_change_of_password_ends_a_users_tokens(
    cloud: MockCloud, eve: dict[str, Any]
) -> None:
    token, own = token_of(cloud, "eve", "pw"), token_of(cloud)
    path = f"/users/{eve['id']}"
    call(cloud, "PATCH", path, {"user": {"password": "new"}})
    assert validate(cloud, token).status_code == 404
    assert validate(cloud, own).status_code == 200
    assert sign_in(cloud, "eve", "pw").status_code == 401
    assert sign_in(cloud, "eve", "new").status_code == 201


def test_a_disabled_user_comes_back_without_the_old_tokens(
    cloud: MockCloud, eve: dict[str, Any]
) -> None:
    token = token_of(cloud, "eve", "pw")
    for enabled in (False, True):
        body = {"user": {"enabled": enabled}}
        call(cloud, "PATCH", f"/users/{eve['id']}", body)
        assert validate(cloud, token).status_code == 404
    assert sign_in(cloud, "eve", "pw").status_code == 201


def test_revoking_a_token_revokes_what_was_made_from_it(
    cloud: MockCloud, eve: dict[str, Any]
) -> None:
    first = token_of(cloud, "eve", "pw", scope="unscoped")
    identity = {"methods": ["token"], "token": {"id": first}}
    answer = requests.post(
        f"{cloud.identity_url}/v3/auth/tokens", json={"auth": {"identity": identity}}
    )
    second = answer.headers["X-Subject-Token"]
    call(cloud, "DELETE", "/auth/tokens", **{"X-Subject-Token": first})
    assert validate(cloud, second).status_code == 404


def test_a_token_for_a_service_validates_others(
    cloud: MockCloud, eve: dict[str, Any]
) -> None:
    service = create(cloud, "user", name="nova", password="pw")
    grant(cloud, service["id"], "service")
    subject = token_of(cloud)
    headers = {"X-Subject-Token": subject}
    for name, status in (("nova", 200), ("eve", 403)):
        token = token_of(cloud, name, "pw")
        answer = call(cloud, "GET", "/auth/tokens", token=token, **headers)
        assert answer.status_code == status


def test_a_default_project_scopes_a_token_that_asks_for_none(cloud: MockCloud) -> None:
    project_id = sign_in(cloud).json()["token"]["project"]["id"]
    user = create(
        cloud, "user", name="home", password="pw", default_project_id=project_id
    )

    def ask() -> dict[str, Any]:
        identity = {
            "methods": ["password"],
            "password": {"user": {"id": user["id"], "password": "pw"}},
        }
        body = {"auth": {"identity": identity}}
        answer = requests.post(f"{cloud.identity_url}/v3/auth/tokens", json=body)
        token: dict[str, Any] = answer.json()["token"]
        return token

    assert "project" not in ask()
    grant(cloud, user["id"], "reader")
    assert ask()["project"]["id"] == project_id


def test_a_receipt_ends_after_five_minutes(
    cloud: MockCloud, eve: dict[str, Any]
) -> None:
    options = {"multi_factor_auth_rules": [["password", "token"]]}
    call(cloud, "PATCH", f"/users/{eve['id']}", {"user": {"options": options}})
    cloud.clock.freeze()
    receipt = sign_in(cloud, "eve", "pw").headers["Openstack-Auth-Receipt"]
    user = {"id": eve["id"], "password": "pw"}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity}}
    for pause_s, answered in ((299, "receipt"), (1, "error")):
        cloud.clock.advance(pause_s)
        headers = {"Openstack-Auth-Receipt": receipt}
        answer = call(cloud, "POST", "/auth/tokens", body, **headers)
        assert answer.status_code == 401
        assert answered in answer.json()
