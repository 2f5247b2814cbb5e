"""/v3/users/{id}/application_credentials: create, list, delete and permissions."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import pytest

from tests.contract.support import application_credentials
from tests.contract.support.answers import (
    answer_of,
    invalid_input,
    keystone_error,
    keystone_forbidden,
)
from tests.contract.support.application_credentials import (
    SECRET,
    bearer_of,
    path_of,
    remove_all,
)
from tests.contract.support.callers import Caller, unique
from tests.contract.support.personas import create_persona, find_role_id, remove_persona

NO_MORE = keystone_forbidden(
    "Using method 'application_credential' is not allowed for managing additional"
    " application credentials."
)
MALFORMED = (
    " The server could not comply with the request since it is either malformed or"
    " otherwise incorrect. The client is assumed to be in error."
)


@pytest.fixture
def user(admin: Caller) -> Iterator[Caller]:
    persona = create_persona(admin, "member")
    yield persona
    remove_all(admin, persona)
    remove_persona(admin, persona)


def create(user: Caller, **values: Any) -> dict[str, Any]:
    return application_credentials.create(user, unique("ac"), **values)


def test_a_credential_has_these_fields(admin: Caller, user: Caller) -> None:
    name = unique("ac")
    made = application_credentials.create(user, name)
    roles = [
        admin.identity("GET", f"/roles/{find_role_id(admin, role)}").json()["role"]
        for role in ("member", "reader")
    ]
    for role in roles:
        del role["links"]
    base = f"{admin.cloud.identity_url}/v3"
    made["roles"].sort(key=lambda role: role["name"])
    assert made == {
        "id": made["id"],
        "name": name,
        "description": None,
        "user_id": user.user_id,
        "project_id": user.project_id,
        "system": None,
        "expires_at": None,
        "unrestricted": None,
        "roles": roles,
        "secret": SECRET,
        "links": {"self": f"{base}/application_credentials/{made['id']}"},
    }


def test_the_secret_is_shown_once(user: Caller) -> None:
    made = create(user)
    del made["secret"]
    shown = user.identity("GET", path_of(user, made["id"])).json()
    [listed] = user.identity("GET", path_of(user)).json()["application_credentials"]
    for credential in (made, shown["application_credential"], listed):
        credential["roles"].sort(key=itemgetter("name"))  # in the service's own order
    assert shown == {"application_credential": made}
    assert listed == made


def test_a_secret_is_made_up(user: Caller) -> None:
    assert len(create(user, secret=None)["secret"]) == 86


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("2040-01-01T00:00:00Z", "2040-01-01T00:00:00.000000"),
        ("2040-01-01T00:00:00.123456", "2040-01-01T00:00:00.123456"),
        (None, None),
    ],
)
def test_a_credential_may_end(
    user: Caller, asked: str | None, shown: str | None
) -> None:
    assert create(user, expires_at=asked)["expires_at"] == shown


def test_a_credential_may_have_fewer_roles(user: Caller) -> None:
    made = create(user, roles=[{"name": "reader"}])
    assert [role["name"] for role in made["roles"]] == ["reader"]
    caller = bearer_of(user, made)
    roles = user.validate(caller.token).json()["token"]["roles"]
    assert [role["name"] for role in roles] == ["reader"]


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        (
            {"roles": [{"name": "admin"}]},
            400,
            "Invalid application credential: Cannot create an application credential"
            " with unassigned role",
        ),
        ({"roles": [{"name": "nope"}]}, 404, "Role nope is not defined"),
        (
            {"roles": [{}]},
            400,
            invalid_input("0", {}, "{} should be non-empty"),
        ),
        (
            {"expires_at": "soon"},
            400,
            f"Timestamp not in expected format.{MALFORMED}",
        ),
        (
            {"expires_at": "2020-01-01T00:00:00Z"},
            400,
            f"The 'expires_at' must not be before now.{MALFORMED}",
        ),
        (
            {"unrestricted": "yes"},
            400,
            invalid_input(
                "unrestricted", "yes", "'yes' is not of type 'boolean', 'null'"
            ),
        ),
        ({"name": ""}, 400, invalid_input("name", "", "'' should be non-empty")),
        (
            {"access_rules": [{"path": "x"}]},
            400,
            invalid_input("path", "x", r"'x' does not match '^/\\.*'"),
        ),
    ],
)
def test_a_credential_is_not_made(
    user: Caller, values: dict[str, Any], code: int, message: str
) -> None:
    body = {"application_credential": {"name": "any", **values}}
    answer = user.identity("POST", path_of(user), json=body)
    assert answer_of(answer) == keystone_error(code, message)


def test_a_name_is_unique_to_its_user(user: Caller) -> None:
    name = create(user)["name"]
    body = {"application_credential": {"name": name}}
    answer = user.identity("POST", path_of(user), json=body)
    message = (
        "Conflict occurred attempting to store application_credential - Duplicate entry"
        f" found with name {name}."
    )
    assert answer_of(answer) == keystone_error(409, message)


@pytest.mark.parametrize(("query", "found"), [("name={}", True), ("name=nope", False)])
def test_a_listing_is_filtered(user: Caller, query: str, found: bool) -> None:
    name = create(user)["name"]
    create(user)
    listing = user.identity("GET", f"{path_of(user)}?{query.format(name)}").json()
    names = [one["name"] for one in listing["application_credentials"]]
    assert names == ([name] if found else [])


def test_a_deleted_credential_is_gone_with_its_tokens(
    admin: Caller, user: Caller
) -> None:
    made = create(user)
    path = path_of(user, made["id"])
    token = bearer_of(user, made).token
    assert user.identity("DELETE", path).status_code == 204
    message = f"Could not find Application Credential: {made['id']}."
    for method in ("GET", "DELETE"):
        answer = user.identity(method, path)
        assert answer_of(answer) == keystone_error(404, message)
    assert answer_of(admin.validate(token)) == keystone_error(404, message)


@pytest.mark.parametrize(
    ("method", "item", "action"),
    [
        ("GET", False, "list_application_credentials"),
        ("POST", False, "create_application_credential"),
        ("GET", True, "get_application_credential"),
        ("DELETE", True, "delete_application_credential"),
    ],
)
def test_credentials_of_others_are_out_of_reach(
    member: Caller, user: Caller, method: str, item: bool, action: str
) -> None:
    path = path_of(user, *[create(user)["id"]][: int(item)])
    body = {"application_credential": {"name": "any"}} if method == "POST" else None
    answer = member.identity(method, path, json=body)
    assert answer_of(answer) == keystone_forbidden(f"identity:{action}")


def test_a_url_under_another_user_opens_nothing(member: Caller, user: Caller) -> None:
    answer = member.identity("GET", path_of(member, create(user)["id"]))
    assert answer_of(answer) == keystone_forbidden(
        "identity:get_application_credential"
    )


def test_administrators_see_and_end_credentials_and_make_none(
    admin: Caller, user: Caller
) -> None:
    made = create(user)
    assert admin.identity("GET", path_of(user)).status_code == 200
    body = {"application_credential": {"name": "any"}}
    answer = admin.identity("POST", path_of(user), json=body)
    expected = keystone_forbidden("identity:create_application_credential")
    assert answer_of(answer) == expected
    path = path_of(user, made["id"])
    assert admin.identity("GET", path).status_code == 200
    assert admin.identity("DELETE", path).status_code == 204


def test_a_restricted_credential_makes_and_ends_no_other(user: Caller) -> None:
    made = create(user)
    caller = bearer_of(user, made)
    body = {"application_credential": {"name": "another"}}
    assert answer_of(caller.identity("POST", path_of(user), json=body)) == NO_MORE
    answer = caller.identity("DELETE", path_of(user, made["id"]))
    assert answer_of(answer) == NO_MORE
    assert caller.identity("GET", path_of(user)).status_code == 200


def test_an_unrestricted_credential_makes_and_ends_others(user: Caller) -> None:
    made = create(user, unrestricted=True)
    caller = bearer_of(user, made)
    other = create(caller)
    answer = caller.identity("DELETE", path_of(user, other["id"]))
    assert answer.status_code == 204
