"""Tokens made by application credentials, and the access rules that limit them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.support import application_credentials
from tests.contract.support.answers import (
    UNAUTHENTICATED,
    answer_of,
    keystone_error,
    keystone_forbidden,
)
from tests.contract.support.application_credentials import (
    SECRET,
    bearer_of,
    path_of,
    remove_all,
    request,
)
from tests.contract.support.callers import Caller, unique
from tests.contract.support.personas import create_persona, find_role_id, remove_persona

SUPPORT = {"OpenStack-Identity-Access-Rules": "1.0"}
MALFORMED = (
    " The server could not comply with the request since it is either malformed or"
    " otherwise incorrect. The client is assumed to be in error."
)
RULES = [
    {"service": "identity", "method": "GET", "path": "/v3/users/*"},
    {"service": "identity", "method": "GET", "path": "/v3/projects/{project_id}"},
    {"service": "identity", "method": "GET", "path": "/v3/auth/**"},
]


def by_path(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rules, key=lambda rule: str(rule["path"]))


@pytest.fixture
def user(admin: Caller) -> Iterator[Caller]:
    persona = create_persona(admin, "member")
    yield persona
    remove_all(admin, persona)
    remove_persona(admin, persona)


@pytest.fixture
def credential(user: Caller) -> dict[str, Any]:
    return application_credentials.create(user, unique("ac"))


@pytest.fixture
def bound(user: Caller) -> dict[str, Any]:
    """A credential with access rules."""
    return application_credentials.create(user, unique("ac"), access_rules=RULES)


def test_a_token_names_its_credential(user: Caller, credential: dict[str, Any]) -> None:
    answer = user.authenticate(request(id=credential["id"], secret=SECRET))
    token = answer.json()["token"]
    assert token["methods"] == ["application_credential"]
    assert token["application_credential"] == {
        "id": credential["id"],
        "name": credential["name"],
        "restricted": True,
    }
    assert token["project"]["id"] == user.project_id
    assert {role["name"] for role in token["roles"]} == {"member", "reader"}
    validated = user.validate(answer.headers["X-Subject-Token"]).json()["token"]
    assert validated["application_credential"] == token["application_credential"]


def test_a_credential_is_named_by_its_user_and_name(
    admin: Caller, user: Caller, credential: dict[str, Any]
) -> None:
    shown = admin.identity("GET", f"/users/{user.user_id}").json()["user"]
    for named in (
        {"id": user.user_id},
        {"name": shown["name"], "domain": {"id": "default"}},
        {"name": shown["name"], "domain": {"name": "Default"}},
    ):
        asked = request(name=credential["name"], secret=SECRET, user=named)
        assert user.authenticate(asked).status_code == 201


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"id": "{id}", "secret": "wrong"}, 401, UNAUTHENTICATED),
        ({"id": "{id}"}, 401, UNAUTHENTICATED),
        (
            {"id": "{id}", "secret": 1},
            400,
            f"Expecting to find string in password.{MALFORMED}",
        ),
        ({"id": "nope"}, 404, "Could not find Application Credential: nope."),
        ({"name": "nope", "user": {"id": "{user_id}"}}, 401, UNAUTHENTICATED),
        ({"name": "{name}", "user": {"id": "nope"}}, 401, UNAUTHENTICATED),
        (
            {"name": "{name}", "user": {"name": "nope", "domain": {"id": "default"}}},
            404,
            "Could not find user: nope.",
        ),
        (
            {"name": "{name}", "user": {"name": "any"}},
            400,
            f"Expecting to find domain in user.{MALFORMED}",
        ),
        (
            {"name": "{name}"},
            400,
            f"Expecting to find user in application credential.{MALFORMED}",
        ),
        (
            {},
            400,
            f"Expecting to find name or ID in application credential.{MALFORMED}",
        ),
    ],
)
def test_a_credential_is_refused(
    user: Caller,
    credential: dict[str, Any],
    given: dict[str, Any],
    code: int,
    message: str,
) -> None:
    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(one) for key, one in value.items()}
        return value.format(**credential) if isinstance(value, str) else value

    answer = user.authenticate(request(**fill(given)))
    assert answer_of(answer) == keystone_error(code, message)


@pytest.mark.parametrize("scope", ["unscoped", {"project": {"id": "any"}}])
def test_a_credential_chooses_no_scope(
    user: Caller, credential: dict[str, Any], scope: Any
) -> None:
    asked = request(id=credential["id"], secret=SECRET)
    asked["auth"]["scope"] = scope
    answer = user.authenticate(asked)
    message = (
        "Error authenticating with application credential: Application credentials"
        " cannot request a scope."
    )
    assert answer.status_code == 401
    assert answer.json()["error"] == {
        "code": 401,
        "identity": {},
        "message": message,
        "title": "Unauthorized",
    }


def test_a_token_of_a_credential_makes_no_other(
    user: Caller, credential: dict[str, Any]
) -> None:
    token = bearer_of(user, credential).token
    identity = {"methods": ["token"], "token": {"id": token}}
    for scope in ({"project": {"id": user.project_id}}, {"unscoped": {}}):
        answer = user.authenticate({"auth": {"identity": identity, "scope": scope}})
        assert answer_of(answer) == keystone_forbidden(
            "Using a delegated token to create another token is not allowed."
        )


def test_a_token_ends_with_its_credential(user: Caller) -> None:
    made = application_credentials.create(
        user, unique("ac"), expires_at="2040-01-01T00:00:00Z"
    )
    asked = request(id=made["id"], secret=SECRET)
    assert user.authenticate(asked).json()["token"]["expires_at"] < "2040"


def test_a_credential_is_worth_what_its_user_may_do(
    admin: Caller, user: Caller, credential: dict[str, Any]
) -> None:
    role_id = find_role_id(admin, "member")
    grant = f"/projects/{user.project_id}/users/{user.user_id}/roles/{role_id}"
    asked = request(id=credential["id"], secret=SECRET)
    admin.identity("DELETE", grant)
    answer = user.authenticate(asked)
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)
    admin.identity("PUT", grant)
    assert user.authenticate(asked).status_code == 201


def test_access_rules_are_in_the_token(user: Caller, bound: dict[str, Any]) -> None:
    answer = user.authenticate(request(id=bound["id"], secret=SECRET))
    shown = answer.json()["token"]["application_credential"]["access_rules"]
    plain = [{k: v for k, v in rule.items() if k != "id"} for rule in shown]
    assert by_path(plain) == by_path(RULES)
    assert by_path(shown) == by_path(bound["access_rules"])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/users/{user}", True),
        ("HEAD", "/users/{user}", False),
        ("GET", "/users/{user}/groups", False),
        ("GET", "/projects/{project}", True),
        ("GET", "/auth/projects", True),
        ("GET", "/auth/catalog", True),
        ("DELETE", "/auth/tokens", False),
        ("GET", "/regions", False),
    ],
)
def test_access_rules_bind_at_keystone(
    user: Caller, bound: dict[str, Any], method: str, path: str, allowed: bool
) -> None:
    caller = bearer_of(user, bound)
    place = path.format(user=user.user_id, project=user.project_id)
    answer = caller.identity(method, place)
    assert answer.status_code == (200 if allowed else 401)


def test_only_who_knows_of_access_rules_validates_their_token(
    admin: Caller, user: Caller, bound: dict[str, Any]
) -> None:
    caller = bearer_of(user, bound)
    for asker in (admin, caller):
        for support, code in ((SUPPORT, 200), ({next(iter(SUPPORT)): "0.5"}, 404)):
            headers = {"X-Subject-Token": caller.token, **support}
            answer = asker.identity("GET", "/auth/tokens", headers=headers)
            assert answer.status_code == code
    answer = admin.validate(caller.token)
    assert answer_of(answer) == keystone_error(404, "Failed to validate token")


def test_glance_lets_nobody_pass_against_the_rules(
    user: Caller, bound: dict[str, Any]
) -> None:
    answer = bearer_of(user, bound).image("GET", "/images")
    assert answer.status_code == 401


def test_glance_takes_the_token_of_a_credential_without_rules(
    user: Caller, credential: dict[str, Any]
) -> None:
    assert bearer_of(user, credential).image("GET", "/images").status_code == 200


def test_a_users_access_rules_are_listed_shown_and_filtered(
    user: Caller, bound: dict[str, Any]
) -> None:
    path = f"/users/{user.user_id}/access_rules"
    base = user.cloud.identity_url
    rules = [
        {**rule, "links": {"self": f"{base}/v3/access_rules/{rule['id']}"}}
        for rule in by_path(bound["access_rules"])
    ]

    def listed(query: str) -> list[Any]:
        found = user.identity("GET", path + query).json()["access_rules"]
        return by_path(found)

    assert listed("") == rules
    assert listed(f"?path={rules[0]['path']}") == [rules[0]]
    assert listed("?service=image") == []
    assert listed("?method=PUT") == []
    shown = user.identity("GET", f"{path}/{rules[0]['id']}")
    assert answer_of(shown) == (200, {"access_rule": rules[0]})


def test_an_access_rule_in_use_stays(user: Caller, bound: dict[str, Any]) -> None:
    rule_id = bound["access_rules"][0]["id"]
    path = f"/users/{user.user_id}/access_rules/{rule_id}"
    answer = user.identity("DELETE", path)
    assert answer_of(answer) == keystone_error(403, "May not delete access rule in use")
    user.identity("DELETE", path_of(user, bound["id"]))
    assert user.identity("DELETE", path).status_code == 204
    message = f"Could not find Access Rule: {rule_id}."
    for method in ("GET", "DELETE"):
        answer = user.identity(method, path)
        assert answer_of(answer) == keystone_error(404, message)


def test_the_same_rule_is_kept_once(user: Caller, bound: dict[str, Any]) -> None:
    again = application_credentials.create(user, unique("ac"), access_rules=RULES)
    assert by_path(again["access_rules"]) == by_path(bound["access_rules"])
    first = {"id": bound["access_rules"][0]["id"]}
    third = application_credentials.create(user, unique("ac"), access_rules=[first])
    assert third["access_rules"] == [bound["access_rules"][0]]


def test_access_rules_of_others_are_out_of_reach(
    admin: Caller, member: Caller, user: Caller, bound: dict[str, Any]
) -> None:
    rule_id = bound["access_rules"][0]["id"]
    body = {
        "application_credential": {"name": "any", "access_rules": [{"id": rule_id}]}
    }
    answer = member.identity("POST", path_of(member), json=body)
    message = f"Could not find Access Rule: {rule_id}."
    assert answer_of(answer) == keystone_error(404, message)
    for who in (member, admin):
        for method, path, action in (
            ("GET", "", "list_access_rules"),
            ("GET", f"/{rule_id}", "get_access_rule"),
            ("DELETE", f"/{rule_id}", "delete_access_rule"),
        ):
            answer = who.identity(method, f"/users/{user.user_id}/access_rules{path}")
            assert answer_of(answer) == keystone_forbidden(f"identity:{action}")
