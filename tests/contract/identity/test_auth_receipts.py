"""Sign-in by several methods, at once or one by one with an auth receipt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.contract.identity.test_authentication import TIME, token_request
from tests.contract.support import application_credentials
from tests.contract.support.answers import UNAUTHENTICATED, answer_of, keystone_error
from tests.contract.support.application_credentials import SECRET
from tests.contract.support.callers import Caller, password_request
from tests.contract.support.personas import PASSWORD, create_persona, remove_persona

HEADER = "Openstack-Auth-Receipt"
APPLICATION = "application_credential"
PASSWORD_AND_APPLICATION = ["password", APPLICATION]


@pytest.fixture
def user(admin: Caller) -> Iterator[Caller]:
    user = create_persona(admin, "member")
    yield user
    application_credentials.remove_all(admin, user)
    remove_persona(admin, user)


@pytest.fixture
def by_application(user: Caller) -> dict[str, Any]:
    credential = application_credentials.create(user, "second")
    return application_credentials.request(id=credential["id"], secret=SECRET)


def by_password(user: Caller) -> dict[str, Any]:
    scope = {"project": {"id": user.project_id}}
    return password_request({"id": user.user_id}, PASSWORD, scope)


def set_rules(
    admin: Caller, user: Caller, *rules: list[str], enabled: bool | None = None
) -> None:
    options = {
        "multi_factor_auth_rules": list(rules),
        "multi_factor_auth_enabled": enabled,
    }
    body = {"user": {"options": options}}
    answer = admin.identity("PATCH", f"/users/{user.user_id}", json=body)
    assert answer.status_code == 200, answer.text


def sign_in(
    user: Caller, request: dict[str, Any], receipt: str | None = None
) -> requests.Response:
    headers = {"X-Auth-Token": None, HEADER: receipt}
    return user.identity("POST", "/auth/tokens", json=request, headers=headers)


def sort_rules(body: dict[str, Any]) -> list[list[str]]:
    return sorted(sorted(rule) for rule in body["required_auth_methods"])


def test_half_of_what_is_wanted_gets_a_receipt(admin: Caller, user: Caller) -> None:
    rules = (
        PASSWORD_AND_APPLICATION,
        ["password", "token", "totp"],
        ["oauth1", APPLICATION],
        ["smoke signals"],
    )
    set_rules(admin, user, *rules, enabled=True)
    answer = sign_in(user, by_password(user))
    assert answer.status_code == 401
    assert len(answer.headers[HEADER]) > 100
    assert "WWW-Authenticate" not in answer.headers
    assert "X-Subject-Token" not in answer.headers
    body = answer.json()
    assert body.keys() == {"receipt", "required_auth_methods"}
    assert sort_rules(body) == [[APPLICATION, "password"], ["password", "token"]]
    receipt = body["receipt"]
    issued, ends = receipt.pop("issued_at"), receipt.pop("expires_at")
    assert TIME.fullmatch(issued) and TIME.fullmatch(ends)
    assert (int(ends[14:16]) - int(issued[14:16])) % 60 == 5
    shown = admin.identity("GET", f"/users/{user.user_id}").json()["user"]
    assert receipt == {
        "methods": ["password"],
        "user": {
            "id": user.user_id,
            "name": shown["name"],
            "domain": {"id": "default", "name": "Default"},
        },
    }


def test_a_receipt_and_the_other_half_make_a_token(
    admin: Caller, user: Caller, by_application: dict[str, Any]
) -> None:
    set_rules(admin, user, PASSWORD_AND_APPLICATION)
    receipt = sign_in(user, by_password(user)).headers[HEADER]
    for _ in range(2):  # it may be used again
        answer = sign_in(user, by_application, receipt)
        assert answer.status_code == 201, answer.text
        assert HEADER not in answer.headers
        token = answer.json()["token"]
        assert sorted(token["methods"]) == sorted(PASSWORD_AND_APPLICATION)
        assert token["project"]["id"] == user.project_id


def test_both_at_once_need_no_receipt(
    admin: Caller, user: Caller, by_application: dict[str, Any]
) -> None:
    set_rules(admin, user, PASSWORD_AND_APPLICATION)
    both = by_application["auth"]["identity"]
    both |= by_password(user)["auth"]["identity"]
    both["methods"] = PASSWORD_AND_APPLICATION
    assert sign_in(user, by_application).status_code == 201


def test_a_receipt_is_told_all_that_was_proved(
    admin: Caller, user: Caller, by_application: dict[str, Any]
) -> None:
    set_rules(admin, user, ["password", "oauth1"])
    first = sign_in(user, by_password(user))
    second = sign_in(user, by_application, first.headers[HEADER])
    methods = second.json()["receipt"]["methods"]
    assert sorted(methods) == sorted(PASSWORD_AND_APPLICATION)
    assert sort_rules(second.json()) == [["oauth1", "password"]]
    alone = sign_in(user, by_application)
    assert (alone.status_code, sort_rules(alone.json())) == (401, [])


@pytest.mark.parametrize("rule", [["token"], ["password", "token"]])
def test_a_token_counts_with_what_it_was_made_by(
    admin: Caller, user: Caller, rule: list[str]
) -> None:
    set_rules(admin, user, rule)
    scope = {"project": {"id": user.project_id}}
    answer = sign_in(user, token_request(user.token, scope))
    assert answer.status_code == 201
    set_rules(admin, user, [*rule, "oauth1"])
    answer = sign_in(user, token_request(user.token, scope))
    assert answer.status_code == 401
    assert sorted(answer.json()["receipt"]["methods"]) == ["password", "token"]


@pytest.mark.parametrize(
    ("rules", "enabled"),
    [
        ([PASSWORD_AND_APPLICATION], False),
        ([], True),
        ([["password", "smoke signals"]], True),
        ([["smoke signals"], ["totp"]], True),
    ],
)
def test_rules_without_effect_let_a_password_in(
    admin: Caller, user: Caller, rules: list[list[str]], enabled: bool
) -> None:
    set_rules(admin, user, *rules, enabled=enabled)
    assert sign_in(user, by_password(user)).status_code == 201


def test_a_receipt_is_no_token_and_no_password(admin: Caller, user: Caller) -> None:
    set_rules(admin, user, PASSWORD_AND_APPLICATION)
    receipt = sign_in(user, by_password(user)).headers[HEADER]
    refused = keystone_error(401, UNAUTHENTICATED)
    assert answer_of(user.with_token(receipt).identity("GET", "/users")) == refused
    wrong = password_request({"id": user.user_id}, "wrong")
    assert answer_of(sign_in(user, wrong, receipt)) == refused


def test_a_receipt_is_for_its_own_user(admin: Caller, user: Caller) -> None:
    set_rules(admin, user, PASSWORD_AND_APPLICATION)
    receipt = sign_in(user, by_password(user)).headers[HEADER]
    other = create_persona(admin, "member")
    answer = sign_in(other, by_password(other), receipt)
    remove_persona(admin, other)
    message = f"Could not find auth receipt: {receipt}."
    assert answer_of(answer) == keystone_error(401, message)
    assert answer.headers["WWW-Authenticate"].startswith("Keystone uri=")


def test_an_unknown_receipt_is_refused(user: Caller) -> None:
    answer = sign_in(user, by_password(user), "nope")
    message = "Could not find auth receipt: nope."
    assert answer_of(answer) == keystone_error(401, message)
    assert sign_in(user, by_password(user), "").status_code == 201
