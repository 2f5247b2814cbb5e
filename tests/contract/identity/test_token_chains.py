"""Tokens made from tokens: new scopes, and revocation along the chain."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, password_request, sign_in_admin
from tests.contract.support.personas import PASSWORD

UNSCOPED = {"unscoped": {}}
SYSTEM = {"system": {"all": True}}
GONE = keystone_error(404, "Failed to validate token")


def token_request(token: str | None, scope: Any = None) -> dict[str, Any]:
    identity = {"methods": ["token"], "token": {"id": token}}
    return {"auth": {"identity": identity, **({"scope": scope} if scope else {})}}


def trade(caller: Caller, scope: Any = None) -> Caller:
    answer = caller.authenticate(token_request(caller.token, scope))
    assert answer.status_code == 201, answer.text
    return caller.with_token(answer.headers["X-Subject-Token"])


@pytest.fixture
def unscoped(member: Caller) -> Caller:
    request = password_request({"id": member.user_id}, PASSWORD, UNSCOPED)
    return member.with_token(member.authenticate(request).headers["X-Subject-Token"])


def project_of(member: Caller) -> dict[str, Any]:
    return {"project": {"id": member.project_id}}


def body_of(caller: Caller) -> dict[str, Any]:
    return dict(caller.validate(caller.token).json()["token"])


def test_a_chain_of_tokens_ends_when_its_first_does(
    member: Caller, unscoped: Caller
) -> None:
    first = body_of(unscoped)
    scoped = trade(trade(unscoped), project_of(member))
    last = body_of(scoped)
    assert last["expires_at"] == first["expires_at"]
    assert last["audit_ids"][1:] == first["audit_ids"]
    assert sorted(last["methods"]) == ["password", "token"]
    assert last["project"]["id"] == member.project_id


def test_a_scoped_token_is_traded_for_one_without_a_scope(member: Caller) -> None:
    again = trade(trade(member, UNSCOPED), project_of(member))
    assert body_of(again)["project"]["id"] == member.project_id
    assert "project" not in body_of(trade(member, UNSCOPED))


@pytest.mark.parametrize(
    "scope",
    [{"domain": {"id": "default"}}, SYSTEM, {"project": {"id": "nope"}}],
)
def test_a_token_opens_no_scope_without_a_role(unscoped: Caller, scope: Any) -> None:
    answer = unscoped.authenticate(token_request(unscoped.token, scope))
    assert answer.status_code == 401


def test_a_system_token_stays_out_of_projects_and_domains(admin: Caller) -> None:
    system = sign_in_admin(admin.cloud, SYSTEM)
    message = (
        "You are not authorized to perform the requested action: Using a system-scoped"
        " token to create a project-scoped or domain-scoped token is not allowed.."
    )
    for scope in (project_of(admin), {"domain": {"id": "default"}}):
        answer = system.authenticate(token_request(system.token, scope))
        assert answer_of(answer) == keystone_error(403, message)
    assert body_of(trade(system, SYSTEM))["system"] == {"all": True}


def test_a_token_and_a_password_prove_more_together(
    member: Caller, unscoped: Caller
) -> None:
    request = password_request({"id": member.user_id}, PASSWORD, project_of(member))
    identity = request["auth"]["identity"]
    identity["methods"].append("token")
    identity["token"] = {"id": unscoped.token}
    token = member.authenticate(request).json()["token"]
    assert sorted(token["methods"]) == ["password", "token"]


def test_a_revoked_token_takes_those_made_from_it_along(
    admin: Caller, member: Caller, unscoped: Caller
) -> None:
    scoped = trade(unscoped, project_of(member))
    headers = {"X-Subject-Token": unscoped.token}
    revoked = unscoped.identity("DELETE", "/auth/tokens", headers=headers)
    assert revoked.status_code == 204
    for query in ("", "?allow_expired=1"):
        assert answer_of(admin.validate(unscoped.token, query)) == GONE
        assert answer_of(admin.validate(scoped.token, query)) == GONE
    answer = admin.authenticate(token_request(unscoped.token, project_of(member)))
    assert answer_of(answer) == GONE


def test_a_token_that_goes_leaves_those_that_it_was_made_from(
    admin: Caller, member: Caller, unscoped: Caller
) -> None:
    scoped = trade(unscoped, project_of(member))
    headers = {"X-Subject-Token": scoped.token}
    assert scoped.identity("DELETE", "/auth/tokens", headers=headers).status_code == 204
    assert answer_of(admin.validate(scoped.token)) == GONE
    assert admin.validate(unscoped.token).status_code == 200


def test_only_who_may_validate_learns_that_there_is_nothing_to(
    admin: Caller, member: Caller
) -> None:
    answer = member.identity("GET", "/auth/tokens")
    assert answer_of(answer) == keystone_forbidden("identity:validate_token")
    answer = admin.identity("GET", "/auth/tokens")
    assert answer_of(answer) == keystone_error(404, "No token in the request")
