"""/v3/auth: tokens validated and revoked, the catalog, and the projects of a user."""

from __future__ import annotations

import pytest

from tests.contract.support.answers import UNAUTHENTICATED, answer_of, keystone_error
from tests.contract.support.callers import (
    Caller,
    admin_request,
    password_request,
    sign_in_admin,
)
from tests.contract.support.personas import PASSWORD, create_persona, remove_persona


def test_validation_repeats_what_was_issued(admin: Caller, nobody: Caller) -> None:
    created = nobody.authenticate(
        admin_request(nobody.cloud, {"system": {"all": True}})
    )
    token = created.headers["X-Subject-Token"]
    validated = admin.validate(token)
    assert validated.status_code == 200
    assert validated.headers["X-Subject-Token"] == token
    assert validated.json() == created.json()


def test_anyone_may_validate_the_token_that_is_their_own(member: Caller) -> None:
    token = member.validate(member.token).json()["token"]
    assert token["user"]["id"] == member.user_id


def test_a_member_may_not_validate_the_tokens_of_others(
    member: Caller, admin: Caller
) -> None:
    answer = member.validate(admin.token)
    assert answer.status_code == 403


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_validation_needs_a_token_to_look_at(admin: Caller, method: str) -> None:
    answer = admin.identity(method, "/auth/tokens")
    assert answer_of(answer) == keystone_error(404, "No token in the request")


@pytest.mark.parametrize(("token", "code"), [("bad", 404), (None, 404)])
def test_head_validates_without_a_body(
    admin: Caller, token: str | None, code: int
) -> None:
    good = {"X-Subject-Token": admin.token}
    assert admin.identity("HEAD", "/auth/tokens", headers=good).status_code == 200
    bad = {"X-Subject-Token": token}
    answer = admin.identity("HEAD", "/auth/tokens", headers=bad)
    assert (answer.status_code, answer.content) == (code, b"")


def test_a_revoked_token_is_gone(admin: Caller, nobody: Caller) -> None:
    doomed = sign_in_admin(nobody.cloud)
    headers = {"X-Subject-Token": doomed.token}
    revoked = admin.identity("DELETE", "/auth/tokens", headers=headers)
    assert (revoked.status_code, revoked.content) == (204, b"")
    gone = keystone_error(404, "Failed to validate token")
    assert answer_of(admin.validate(doomed.token)) == gone
    again = admin.identity("DELETE", "/auth/tokens", headers=headers)
    assert answer_of(again) == gone
    used = doomed.identity("GET", "/users")
    assert answer_of(used) == keystone_error(401, UNAUTHENTICATED)


def test_a_disabled_user_loses_tokens_and_the_way_to_new_ones(
    admin: Caller, nobody: Caller
) -> None:
    persona = create_persona(admin, "member")
    path = f"/users/{persona.user_id}"
    admin.identity("PATCH", path, json={"user": {"enabled": False}})
    assert admin.validate(persona.token).status_code == 404
    request = password_request({"id": persona.user_id}, PASSWORD)
    answer = nobody.authenticate(request)
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)
    remove_persona(admin, persona)


@pytest.mark.fault(30)
@pytest.mark.parametrize("noun", ["project", "user"])
def test_the_bearer_learns_what_a_token_lost(admin: Caller, noun: str) -> None:
    persona = create_persona(admin, "member")
    lost = persona.project_id if noun == "project" else persona.user_id
    message = f"Unable to validate token because project {lost} is disabled"
    if noun == "project":
        path = f"/projects/{lost}"
        admin.identity("PATCH", path, json={"project": {"enabled": False}})
    else:
        admin.identity("DELETE", f"/users/{lost}")
        message = f"Could not find user: {lost}."
    # a process of real Keystone may remember for a few requests what it knew before
    asked = (persona.identity("GET", "/regions") for _ in range(20))
    answer = next(one for one in asked if one.status_code != 200)
    assert answer_of(answer) == keystone_error(404, message)
    assert persona.image("GET", "/images").status_code == 401
    remove_persona(admin, persona)


def test_a_role_taken_away_ends_the_token(admin: Caller) -> None:
    persona = create_persona(admin, "member")
    path = f"/projects/{persona.project_id}/users/{persona.user_id}/roles"
    [role] = admin.identity("GET", path).json()["roles"]
    admin.identity("DELETE", f"{path}/{role['id']}")
    assert admin.validate(persona.token).status_code == 404
    remove_persona(admin, persona)


def test_the_catalog_has_its_own_route(admin: Caller) -> None:
    answer = admin.identity("GET", "/auth/catalog").json()
    assert answer["catalog"] == admin.validate(admin.token).json()["token"]["catalog"]
    self_url = f"{admin.cloud.identity_url}/v3/auth/catalog"
    assert answer["links"] == {"self": self_url}


def test_an_unscoped_token_sees_no_catalog(nobody: Caller) -> None:
    unscoped = sign_in_admin(nobody.cloud, "unscoped")
    answer = unscoped.identity("GET", "/auth/catalog")
    message = "You are not authorized to perform the requested action."
    assert answer_of(answer) == keystone_error(403, message)


@pytest.mark.parametrize("path", ["/auth/projects", "/users/{user_id}/projects"])
def test_a_user_sees_the_projects_open_to_it(member: Caller, path: str) -> None:
    answer = member.identity("GET", path.format(user_id=member.user_id)).json()
    assert [project["id"] for project in answer["projects"]] == [member.project_id]
    assert answer["links"].keys() == {"next", "self", "previous"}
