"""Keystone's errors: routes, methods, bodies, schema violations and unknown ids."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contract.support.answers import (
    HTML_NOT_FOUND,
    MALFORMED,
    UNAUTHENTICATED,
    answer_of,
    invalid_input,
    keystone_error,
)
from tests.contract.support.callers import Caller

NOUNS = ["user", "project", "domain", "role", "service", "endpoint"]
REQUEST_ID = re.compile(
    r"req-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
@pytest.mark.parametrize("token", [None, "bad"])
def test_no_valid_token_is_unauthorized_in_json(
    nobody: Caller, token: str | None, accept: str
) -> None:
    answer = nobody.with_token(token).identity(
        "GET", "/users", headers={"Accept": accept}
    )
    assert answer_of(answer) == keystone_error(401, UNAUTHENTICATED)
    challenge = f'Keystone uri="{nobody.cloud.identity_url}/v3"'
    assert answer.headers["WWW-Authenticate"] == challenge
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/users", "/nope", "/users/nope"])
def test_every_answer_names_its_request_and_varies_by_token(
    admin: Caller, path: str
) -> None:
    answer = admin.identity("GET", path)
    assert REQUEST_ID.fullmatch(answer.headers["x-openstack-request-id"])
    assert answer.headers["Vary"] == "X-Auth-Token"


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_an_unknown_route_is_not_found_in_html(admin: Caller, accept: str) -> None:
    answer = admin.identity("GET", "/nope", headers={"Accept": accept})
    assert (answer.status_code, answer.text) == (404, HTML_NOT_FOUND)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_trailing_slash_does_not_matter(admin: Caller) -> None:
    assert admin.identity("GET", "/regions/").json().keys() == {"regions", "links"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/users", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("DELETE", "/projects", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("PUT", "/auth/tokens", {"GET", "HEAD", "OPTIONS", "POST", "DELETE"}),
        ("POST", "/role_assignments", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/users/nope", {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    admin: Caller, method: str, path: str, allowed: set[str]
) -> None:
    answer = admin.identity(method, path)
    message = "The method is not allowed for the requested URL."
    assert answer_of(answer) == (405, {"message": message})
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("noun", [*NOUNS, "region"])
def test_a_create_needs_valid_json(admin: Caller, noun: str) -> None:
    answer = admin.identity(
        "POST", f"/{noun}s", data="{", headers={"Content-Type": "application/json"}
    )
    message = f"Expecting to find valid JSON in request body.{MALFORMED}"
    assert answer_of(answer) == keystone_error(400, message)


@pytest.mark.parametrize("body", ["[]", '"x"', "5"])
def test_json_that_is_no_object_is_not_valid_json(admin: Caller, body: str) -> None:
    answer = admin.identity(
        "POST", "/users", data=body, headers={"Content-Type": "application/json"}
    )
    message = f"Expecting to find valid JSON in request body.{MALFORMED}"
    assert answer_of(answer) == keystone_error(400, message)


def test_a_body_of_another_media_type_is_refused(admin: Caller) -> None:
    answer = admin.identity(
        "POST", "/users", data="{}", headers={"Content-Type": "text/plain"}
    )
    message = f"Expecting to find application/json in Content-Type header.{MALFORMED}"
    assert answer_of(answer) == keystone_error(400, message)


# Keystone 30 answers the other nouns with 500 or with the text of a TypeError.
@pytest.mark.parametrize("noun", ["user", "domain", "role", "region"])
@pytest.mark.parametrize("body", [None, {}, {"other": {}}])
def test_a_create_needs_its_noun(
    admin: Caller, noun: str, body: dict[str, Any] | None
) -> None:
    answer = admin.identity("POST", f"/{noun}s", json=body)
    assert answer_of(answer) == keystone_error(400, f"'{noun}' is a required property")


@pytest.mark.parametrize(
    ("noun", "missing"),
    [
        ("user", "name"),
        ("project", "name"),
        ("domain", "name"),
        ("role", "name"),
        ("service", "type"),
        ("endpoint", "interface"),
    ],
)
def test_a_create_needs_the_required_fields(
    admin: Caller, noun: str, missing: str
) -> None:
    answer = admin.identity("POST", f"/{noun}s", json={noun: {}})
    reason = invalid_input(noun, {}, f"'{missing}' is a required property")
    assert answer_of(answer) == keystone_error(400, reason)


@pytest.mark.parametrize("noun", ["user", "project", "domain", "role"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "'' should be non-empty"), (5, "5 is not of type 'string'")],
)
def test_a_name_is_text(admin: Caller, noun: str, name: Any, reason: str) -> None:
    answer = admin.identity("POST", f"/{noun}s", json={noun: {"name": name}})
    message = invalid_input("name", name, reason)
    assert answer_of(answer) == keystone_error(400, message)


@pytest.mark.parametrize(
    ("noun", "longest"), [("user", 255), ("project", 64), ("domain", 64), ("role", 255)]
)
def test_a_name_has_a_longest_length(admin: Caller, noun: str, longest: int) -> None:
    name = "x" * (longest + 1)
    answer = admin.identity("POST", f"/{noun}s", json={noun: {"name": name}})
    message = invalid_input("name", name, f"'{name}' is too long")
    assert answer_of(answer) == keystone_error(400, message)


@pytest.mark.parametrize("noun", [*NOUNS, "region"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_id_is_not_found(admin: Caller, noun: str, method: str) -> None:
    answer = admin.identity(method, f"/{noun}s/nope")
    assert answer_of(answer) == keystone_error(404, f"Could not find {noun}: nope.")


@pytest.mark.parametrize("noun", [*NOUNS, "region"])
def test_updating_an_unknown_id_is_not_found(admin: Caller, noun: str) -> None:
    answer = admin.identity("PATCH", f"/{noun}s/nope", json={noun: {"enabled": True}})
    assert answer_of(answer) == keystone_error(404, f"Could not find {noun}: nope.")


def test_an_unknown_marker_is_not_found(admin: Caller) -> None:
    answer = admin.identity("GET", "/users?marker=nope")
    assert answer_of(answer) == keystone_error(404, "Marker nope could not be found.")


@pytest.mark.parametrize(
    ("noun", "values", "reported"),
    [
        ("project", {"tags": "a", "options": {"strange": 1}}, "tags"),
        ("project", {"name": 5, "parent_id": 5}, "parent_id"),
        ("user", {"enabled": "maybe", "description": 5}, "description"),
        ("user", {"name": 5, "default_project_id": 5}, "default_project_id"),
        ("role", {"domain_id": 5, "description": 5}, "description"),
        ("group", {"domain_id": 5, "description": 5}, "domain_id"),
    ],
)
def test_of_several_mistakes_the_first_in_the_schema_is_reported(
    admin: Caller, noun: str, values: dict[str, Any], reported: str
) -> None:
    body = {noun: {"name": "x", **values}}
    answer = admin.identity("POST", f"/{noun}s", json=body)
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert message.startswith(f"Invalid input for field/attribute {reported}.")
