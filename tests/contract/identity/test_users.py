"""/v3/users: create, update, list, delete, passwords, options and permissions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    UNAUTHENTICATED,
    answer_of,
    invalid_input,
    keystone_error,
    keystone_forbidden,
)
from tests.contract.support.callers import Caller, password_request, sign_in, unique
from tests.contract.support.personas import PASSWORD


def path_of(user: dict[str, Any]) -> str:
    return f"/users/{user['id']}"


def test_a_user_has_these_fields(admin: Caller, make: Make) -> None:
    name = unique("user")
    user = make("user", name=name, password=PASSWORD)
    assert user == {
        "id": user["id"],
        "name": name,
        "domain_id": "default",
        "enabled": True,
        "password_expires_at": None,
        "options": {},
        "links": {"self": f"{admin.cloud.identity_url}/v3/users/{user['id']}"},
    }
    assert admin.identity("GET", path_of(user)).json() == {"user": user}


def test_extra_attributes_are_kept(admin: Caller, make: Make) -> None:
    given = {"email": "a@example.org", "description": "text", "shoe_size": "42"}
    user = make("user", name=unique("user"), default_project_id="some", **given)
    assert user.items() >= {**given, "default_project_id": "some"}.items()
    assert admin.identity("GET", path_of(user)).json() == {"user": user}


def test_a_password_is_never_shown_and_signs_in(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("user"), password=PASSWORD)
    assert "password" not in user
    request = password_request({"id": user["id"]}, PASSWORD)
    assert sign_in(admin.cloud, request).user_id == user["id"]


def test_a_name_is_unique_in_its_domain(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("user"))
    answer = admin.identity("POST", "/users", json={"user": {"name": user["name"]}})
    message = (
        "Conflict occurred attempting to store user - Duplicate entry found with"
        f" name {user['name']} at domain ID default."
    )
    assert answer_of(answer) == keystone_error(409, message)


def test_another_domain_may_have_the_same_name(make: Make) -> None:
    domain = make("domain", name=unique("domain"))
    name = unique("user")
    users = [make("user", name=name), make("user", name=name, domain_id=domain["id"])]
    assert [user["domain_id"] for user in users] == ["default", domain["id"]]


def test_an_unknown_domain_is_not_found(admin: Caller) -> None:
    body = {"user": {"name": unique("user"), "domain_id": "nope"}}
    answer = admin.identity("POST", "/users", json=body)
    assert answer_of(answer) == keystone_error(404, "Could not find domain: nope.")


def test_an_update_changes_what_it_names(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("user"), email="old@example.org")
    changes = {"email": "new@example.org", "enabled": False}
    answer = admin.identity("PATCH", path_of(user), json={"user": changes})
    assert answer.status_code == 200
    assert answer.json()["user"].items() >= {**user, **changes}.items()
    shown = admin.identity("GET", path_of(user)).json()["user"]
    assert shown == {**user, **changes}


def test_an_update_may_change_the_password(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("user"), password=PASSWORD)
    admin.identity("PATCH", path_of(user), json={"user": {"password": "other"}})
    request = password_request({"id": user["id"]}, "other")
    assert sign_in(admin.cloud, request).user_id == user["id"]


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({}, 400, invalid_input("user", {}, "{} should be non-empty")),
        ({"domain_id": "other"}, 400, "Cannot change Domain ID"),
        ({"id": "other"}, 400, "Cannot change ID"),
        (
            {"name": "admin"},
            409,
            "Conflict occurred attempting to store user - Duplicate entry found with"
            " name admin.",
        ),
    ],
)
def test_an_update_is_refused(
    admin: Caller, make: Make, changes: dict[str, Any], code: int, message: str
) -> None:
    user = make("user", name=unique("user"))
    answer = admin.identity("PATCH", path_of(user), json={"user": changes})
    assert answer_of(answer) == keystone_error(code, message)


def test_a_deleted_user_is_gone(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("user"))
    answer = admin.identity("DELETE", path_of(user))
    assert (answer.status_code, answer.content) == (204, b"")
    shown = admin.identity("GET", path_of(user))
    message = f"Could not find user: {user['id']}."
    assert answer_of(shown) == keystone_error(404, message)


@pytest.mark.parametrize(
    "query",
    [
        "name={name}",
        "name__contains={name}",
        "name__startswith={name}",
        "name={name}&enabled=true",
        "name={name}&domain_id=default",
        "name={name}&unknown=ignored",
    ],
)
def test_a_listing_is_filtered(admin: Caller, make: Make, query: str) -> None:
    user = make("user", name=unique("user"))
    path = "/users?" + query.format(name=user["name"])
    assert admin.identity("GET", path).json() == {
        "users": [user],
        "links": {
            "next": None,
            "previous": None,
            "self": f"{admin.cloud.identity_url}/v3{path}",
        },
    }


@pytest.mark.parametrize("query", ["name=nope", "domain_id=nope"])
def test_a_filter_that_matches_nothing_gives_nothing(admin: Caller, query: str) -> None:
    assert admin.identity("GET", f"/users?{query}").json()["users"] == []


def test_a_listing_comes_in_pages(admin: Caller, make: Make) -> None:
    domain_id = make("domain", name=unique("domain"))["id"]
    users = [make("user", name=unique("user"), domain_id=domain_id) for _ in range(3)]
    made = [user["id"] for user in users]
    listing = admin.identity("GET", f"/users?domain_id={domain_id}&limit=2").json()
    assert listing["truncated"] is True
    first_page = [user["id"] for user in listing["users"]]
    assert len(first_page) == 2
    following = listing["links"]["next"]
    assert following.endswith(f"&limit=2&marker={first_page[-1]}")
    rest = admin.fetch("GET", following).json()
    assert "truncated" not in rest
    assert rest["links"]["next"] is None
    listed = first_page + [user["id"] for user in rest["users"]]
    assert sorted(listed) == sorted(made)


def test_a_user_changes_its_own_password(nobody: Caller, make: Make) -> None:
    user = make("user", name=unique("user"), password=PASSWORD)
    path = f"{path_of(user)}/password"
    wrong = {"user": {"original_password": "wrong", "password": "other"}}
    answer = nobody.identity("POST", path, json=wrong)
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)
    right = {"user": {"original_password": PASSWORD, "password": "other"}}
    answer = nobody.identity("POST", path, json=right)
    assert (answer.status_code, answer.content) == (204, b"")
    request = password_request({"id": user["id"]}, "other")
    assert sign_in(nobody.cloud, request).user_id == user["id"]


def test_a_member_sees_itself_and_no_one_else(member: Caller, admin: Caller) -> None:
    own = member.identity("GET", f"/users/{member.user_id}")
    assert own.json()["user"]["id"] == member.user_id
    for path in (f"/users/{admin.user_id}", "/users/nope"):
        answer = member.identity("GET", path)
        assert answer_of(answer) == keystone_forbidden("identity:get_user")
    answer = member.identity("GET", "/users")
    assert answer_of(answer) == keystone_forbidden("identity:list_users")


def test_a_member_changes_no_users(member: Caller) -> None:
    body = {"user": {"name": unique("user")}}
    answer = member.identity("POST", "/users", json=body)
    assert answer_of(answer) == keystone_forbidden("identity:create_user")
    answer = member.identity("DELETE", f"/users/{member.user_id}")
    assert answer_of(answer) == keystone_forbidden("identity:delete_user")


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        (
            "password_expires_at=x",
            400,
            "Timestamp not in expected format. The server could not comply with the"
            " request since it is either malformed or otherwise incorrect. The client"
            " is assumed to be in error.",
        ),
        (
            "password_expires_at=no:2030-01-01T00:00:00Z",
            400,
            "The given operator no is not valid. It must be one of the following:"
            " 'eq', 'neq', 'lt', 'lte', 'gt', or 'gte'.",
        ),
    ],
)
def test_a_filter_by_expiry_is_refused(
    admin: Caller, query: str, code: int, message: str
) -> None:
    answer = admin.identity("GET", f"/users?{query}")
    assert answer_of(answer) == keystone_error(code, message)


@pytest.mark.parametrize(
    "query",
    [
        "password_expires_at=lt:2030-01-01T00:00:00Z",
        "password_expires_at=neq:2030-01-01T00:00:00Z",
        "password_expires_at=2030-01-01T00:00:00Z",
        "idp_id=some",
        "protocol_id=some",
        "unique_id=some",
    ],
)
def test_users_of_passwords_that_last_meet_no_filter_by_expiry(
    admin: Caller, make: Make, query: str
) -> None:
    user = make("user", name=unique("user"), password=PASSWORD)
    path = f"/users?{query}&name={user['name']}"
    assert admin.identity("GET", path).json()["users"] == []


def test_read_only_attributes_are_ignored(admin: Caller, make: Make) -> None:
    given = {"password_expires_at": "2030-01-01T00:00:00.000000"}
    user = make("user", name=unique("user"), federated=[], **given)
    assert user["password_expires_at"] is None
    assert "federated" not in user
    changes = {**given, "federated": [], "extra": {"shoe_size": "42"}}
    answer = admin.identity("PATCH", path_of(user), json={"user": changes})
    assert answer_of(answer) == (200, {"user": {**user, "extra": {}}})
    assert admin.identity("GET", path_of(user)).json() == {"user": user}


def test_a_link_to_an_identity_provider_names_a_protocol(
    admin: Caller, make: Make
) -> None:
    user = make("user", name=unique("user"))
    changes = {"federated": [{"idp_id": "some", "protocols": []}]}
    answer = admin.identity("PATCH", path_of(user), json={"user": changes})
    message = invalid_input("protocols", [], "[] should be non-empty")
    assert answer_of(answer) == keystone_error(400, message)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"lock_password": True}, {"lock_password": True}),
        ({"lock_password": None}, {}),
        ({"ignore_password_expiry": False}, {"ignore_password_expiry": False}),
        (
            {"multi_factor_auth_rules": [["password", "totp"], ["password"]]},
            {"multi_factor_auth_rules": [["password", "totp"], ["password"]]},
        ),
    ],
)
def test_options_are_set_and_unset(
    admin: Caller, make: Make, options: dict[str, Any], kept: dict[str, Any]
) -> None:
    both = {"ignore_user_inactivity": True}
    user = make("user", name=unique("user"), options={**both, "lock_password": True})
    del user["options"]["lock_password"]
    body = {"user": {"options": {"lock_password": None, **options}}}
    answer = admin.identity("PATCH", path_of(user), json=body)
    assert answer.json()["user"]["options"] == {**both, **kept}


def test_a_locked_password_is_not_changed_by_its_user(
    admin: Caller, nobody: Caller, make: Make
) -> None:
    options = {"lock_password": True}
    user = make("user", name=unique("user"), password=PASSWORD, options=options)
    body = {"user": {"original_password": PASSWORD, "password": "other"}}
    answer = nobody.identity("POST", f"{path_of(user)}/password", json=body)
    message = (
        "You cannot change your password at this time due to password policy"
        " disallowing password changes. Please contact your administrator to reset"
        " your password."
    )
    assert answer_of(answer) == keystone_error(400, message)


def test_all_tokens_of_a_user_are_ended(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("user"), password=PASSWORD)
    path = f"{path_of(user)}/tokens"
    request = password_request({"id": user["id"]}, PASSWORD)
    bearer, other = sign_in(admin.cloud, request), sign_in(admin.cloud, request)
    assert admin.identity("DELETE", path).status_code == 204
    assert admin.validate(other.token).status_code == 404
    answer = bearer.identity("GET", path_of(user))
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)


def test_users_end_their_own_tokens_and_no_one_elses(
    admin: Caller, member: Caller
) -> None:
    for user_id in (admin.user_id, "nope"):
        answer = member.identity("DELETE", f"/users/{user_id}/tokens")
        expected = keystone_forbidden("identity:revoke_tokens_for_user")
        assert answer_of(answer) == expected
    answer = admin.identity("DELETE", "/users/nope/tokens")
    assert answer_of(answer) == keystone_error(404, "Could not find user: nope.")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name={name}", True),
        ("name=nope", False),
        ("domain_id=default", True),
        ("domain_id=nope", False),
        ("enabled=false", False),
    ],
)
def test_the_projects_of_a_user_are_filtered(
    admin: Caller, member: Caller, query: str, found: bool
) -> None:
    project = admin.identity("GET", f"/projects/{member.project_id}").json()["project"]
    path = f"/users/{member.user_id}/projects?{query.format(**project)}"
    projects = member.identity("GET", path).json()["projects"]
    assert projects == ([project] if found else [])
