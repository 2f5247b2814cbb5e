"""POST /v3/auth/tokens by password and by token, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contract.support.answers import (
    MALFORMED,
    UNAUTHENTICATED,
    answer_of,
    keystone_error,
)
from tests.contract.support.callers import (
    Caller,
    admin_request,
    password_request,
    sign_in,
)
from tests.contract.support.personas import PASSWORD

DEFAULT = {"domain": {"id": "default"}}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
METHODS = [
    "external",
    "password",
    "token",
    "oauth1",
    "mapped",
    "application_credential",
    "ec2credential",
]
UNSCOPED = {"methods", "user", "audit_ids", "expires_at", "issued_at"}
SCOPED = UNSCOPED | {"roles", "catalog"}


def token_request(token: str | None, scope: Any = None) -> dict[str, Any]:
    identity = {"methods": ["token"], "token": {"id": token}}
    scoped = {} if scope is None else {"scope": scope}
    return {"auth": {"identity": identity, **scoped}}


def test_a_project_token_says_all_that_it_is_good_for(nobody: Caller) -> None:
    name = nobody.cloud.project_name
    answer = nobody.authenticate(
        admin_request(nobody.cloud, {"project": {"name": name, **DEFAULT}})
    )
    assert answer.status_code == 201
    assert len(answer.headers["X-Subject-Token"]) > 20
    token = answer.json()["token"]
    assert token.keys() == SCOPED | {"project", "is_domain"}
    assert token["methods"] == ["password"]
    domain = {"id": "default", "name": "Default"}
    assert token["project"] == {
        "id": token["project"]["id"],
        "name": name,
        "domain": domain,
    }
    assert token["user"] == {
        "id": token["user"]["id"],
        "name": nobody.cloud.username,
        "domain": domain,
        "password_expires_at": None,
    }
    assert token["is_domain"] is False
    assert {role["name"] for role in token["roles"]} == {
        "admin",
        "manager",
        "member",
        "reader",
    }


def test_a_token_lasts_an_hour_and_says_so_in_utc(nobody: Caller) -> None:
    token = nobody.authenticate(admin_request(nobody.cloud)).json()["token"]
    assert TIME.fullmatch(token["issued_at"])
    assert TIME.fullmatch(token["expires_at"])
    hour = int(token["issued_at"][11:13])
    assert int(token["expires_at"][11:13]) == (hour + 1) % 24


@pytest.mark.parametrize("scope", [None, "unscoped"])
def test_without_a_scope_the_token_has_no_roles(nobody: Caller, scope: Any) -> None:
    token = nobody.authenticate(admin_request(nobody.cloud, scope)).json()["token"]
    assert token.keys() == UNSCOPED
    assert len(token["audit_ids"]) == 1


def test_a_system_token_has_roles_and_the_catalog(nobody: Caller) -> None:
    token = nobody.authenticate(
        admin_request(nobody.cloud, {"system": {"all": True}})
    ).json()["token"]
    assert token.keys() == SCOPED | {"system"}
    assert token["system"] == {"all": True}


@pytest.mark.parametrize("domain", [{"id": "default"}, {"name": "Default"}])
def test_a_domain_token_has_the_domain(
    nobody: Caller, admin: Caller, member: Caller, domain: dict[str, str]
) -> None:
    [role] = admin.identity("GET", "/roles?name=reader").json()["roles"]
    grant = f"/domains/default/users/{member.user_id}/roles/{role['id']}"
    admin.identity("PUT", grant)
    scope = {"domain": domain}
    request = password_request({"id": member.user_id}, PASSWORD, scope)
    token = nobody.authenticate(request).json()["token"]
    assert token.keys() == SCOPED | {"domain"}
    assert token["domain"] == {"id": "default", "name": "Default"}
    assert [role["name"] for role in token["roles"]] == ["reader"]


def test_roles_imply_other_roles(admin: Caller, member: Caller) -> None:
    token = admin.validate(member.token).json()["token"]
    assert {role["name"] for role in token["roles"]} == {"member", "reader"}


def test_the_catalog_lists_each_service_with_its_endpoints(admin: Caller) -> None:
    catalog = admin.validate(admin.token).json()["token"]["catalog"]
    services = {(service["type"], service["name"]): service for service in catalog}
    assert services.keys() >= {("identity", "keystone"), ("image", "glance")}
    image = services["image", "glance"]
    assert image.keys() == {"id", "type", "name", "endpoints"}
    assert [endpoint["interface"] for endpoint in image["endpoints"]] == [
        "public",
        "internal",
        "admin",
    ]
    endpoint = image["endpoints"][0]
    region = admin.cloud.region_name
    assert endpoint == {
        "id": endpoint["id"],
        "interface": "public",
        "region": region,
        "region_id": region,
        "url": admin.cloud.image_url,
    }


def test_nocatalog_leaves_the_catalog_out(nobody: Caller, admin: Caller) -> None:
    request = admin_request(nobody.cloud, {"system": {"all": True}})
    created = nobody.identity("POST", "/auth/tokens?nocatalog", json=request)
    validated = admin.validate(admin.token, "?nocatalog")
    assert "catalog" not in created.json()["token"]
    assert "catalog" not in validated.json()["token"]


@pytest.mark.parametrize(
    ("user", "scope"),
    [
        ({"name": "nope", **DEFAULT}, None),
        ({"name": "admin", "domain": {"id": "nope"}}, None),
        ({"id": "nope"}, None),
        ({"name": "admin", **DEFAULT}, {"project": {"id": "nope"}}),
        ({"name": "admin", **DEFAULT}, {"project": {"name": "nope", **DEFAULT}}),
        ({"name": "admin", **DEFAULT}, {"domain": {"id": "default"}}),
        ({"name": "admin", **DEFAULT}, {"domain": {"id": "nope"}}),
    ],
)
def test_an_unknown_user_or_scope_is_unauthorized(
    nobody: Caller, user: dict[str, Any], scope: Any
) -> None:
    request = password_request(user, nobody.cloud.password, scope)
    answer = nobody.authenticate(request)
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)
    assert answer.headers["WWW-Authenticate"].startswith("Keystone uri=")


@pytest.mark.parametrize("ending", ["x", "\0", " "])
def test_a_wrong_password_is_unauthorized(nobody: Caller, ending: str) -> None:
    password = nobody.cloud.password + ending
    request = password_request({"name": "admin", **DEFAULT}, password)
    answer = nobody.authenticate(request)
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)


@pytest.mark.parametrize(
    ("request_body", "wanted"),
    [
        ({}, "Expecting to find auth in request body."),
        (
            password_request({"name": "admin"}, "secret"),
            "Expecting to find domain in user.",
        ),
        (
            password_request(
                {"name": "admin", **DEFAULT}, "secret", {"project": {"name": "admin"}}
            ),
            "Expecting to find domain in project.",
        ),
        (
            password_request({"name": "admin", **DEFAULT}, "secret", {"bogus": {}}),
            "Expecting to find system, project, domain, OS-TRUST:trust or unscoped"
            " in scope.",
        ),
        (
            {"auth": {"identity": {"methods": ["password"]}}},
            "Expecting to find password in identity.",
        ),
    ],
)
def test_a_malformed_request_says_what_is_missing(
    nobody: Caller, request_body: dict[str, Any], wanted: str
) -> None:
    answer = nobody.authenticate(request_body)
    assert answer_of(answer) == keystone_error(400, wanted + MALFORMED)


@pytest.mark.parametrize(
    ("auth", "start"),
    [
        ({}, "'identity' is a required property"),
        (
            {"identity": {}},
            "Invalid input for field 'identity': 'methods' is a required property",
        ),
        (
            {"identity": {"methods": ["token"], "token": {}}},
            "Invalid input for field 'identity/token': 'id' is a required property",
        ),
        (
            password_request({}, "secret")["auth"],
            "Invalid input for field identity/password/user: id or name must be"
            " present.",
        ),
    ],
)
def test_a_request_against_the_schema_is_refused(
    nobody: Caller, auth: dict[str, Any], start: str
) -> None:
    answer = nobody.authenticate({"auth": auth})
    assert answer.status_code == 400
    # what follows is jsonschema's own rendering of the schema
    assert answer.json()["error"]["message"].startswith(start)


@pytest.mark.parametrize("method", ["bogus", "totp"])
def test_an_unknown_method_is_told_the_known_ones(nobody: Caller, method: str) -> None:
    identity = {"methods": [method], method: {}}
    answer = nobody.authenticate({"auth": {"identity": identity}})
    message = "Attempted to authenticate with an unsupported method."
    code, body = keystone_error(401, message)
    body["error"]["identity"] = {"methods": METHODS}
    assert answer_of(answer) == (code, body)


@pytest.mark.parametrize("method", ["external", "ec2credential"])
def test_a_password_is_no_help_to_a_method_that_knows_nobody(
    nobody: Caller, method: str
) -> None:
    request = admin_request(nobody.cloud)
    request["auth"]["identity"] |= {"methods": ["password", method], method: {}}
    answer = nobody.authenticate(request)
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)


def test_an_unscoped_token_is_traded_for_a_scoped_one(
    nobody: Caller, member: Caller
) -> None:
    unscoped = sign_in(
        nobody.cloud, password_request({"id": member.user_id}, PASSWORD, "unscoped")
    )
    scope = {"project": {"id": member.project_id}}
    token = nobody.authenticate(token_request(unscoped.token, scope)).json()["token"]
    assert token["project"]["id"] == member.project_id
    assert set(token["methods"]) == {"password", "token"}
    assert len(token["audit_ids"]) == 2


def test_a_bad_token_is_no_way_to_authenticate(nobody: Caller) -> None:
    assert nobody.authenticate(token_request("bad")).status_code == 404
