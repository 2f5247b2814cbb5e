"""/v3/credentials and /v3/users/{id}/credentials/OS-EC2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.conftest import Make, lend_persona
from tests.contract.support.answers import (
    MALFORMED,
    answer_of,
    invalid_input,
    keystone_error,
    keystone_forbidden,
)
from tests.contract.support.callers import Caller, unique


def path_of(credential: dict[str, Any]) -> str:
    return f"/credentials/{credential['id']}"


def ec2(owner: Caller, **blob: str) -> dict[str, Any]:
    return {
        "type": "ec2",
        "user_id": owner.user_id,
        "project_id": owner.project_id,
        "blob": json.dumps(blob),
    }


@pytest.fixture
def owner(admin: Caller) -> Iterator[Caller]:
    """A member without credentials yet, whose credentials go with it."""
    yield from lend_persona(admin, "member")


def add(owner: Caller, **values: Any) -> dict[str, Any]:
    values = {"type": "cert", "user_id": owner.user_id, "blob": "text", **values}
    answer = owner.identity("POST", "/credentials", json={"credential": values})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["credential"])


def patch(owner: Caller, credential: dict[str, Any], **values: Any) -> Any:
    return owner.identity("PATCH", path_of(credential), json={"credential": values})


def test_a_credential_lives_from_create_to_delete(owner: Caller) -> None:
    credential = add(owner, more="kept")
    path = path_of(credential)
    assert credential == {
        "id": credential["id"],
        "user_id": owner.user_id,
        "project_id": None,
        "type": "cert",
        "blob": "text",
        "more": "kept",
        "links": {"self": f"{owner.cloud.identity_url}/v3{path}"},
    }
    assert owner.identity("GET", path).json() == {"credential": credential}
    changed = {**credential, "blob": "new"}
    answer = patch(owner, credential, blob="new")
    assert answer_of(answer) == (200, {"credential": changed})
    assert owner.identity("DELETE", path).status_code == 204
    assert answer_of(owner.identity("GET", path)) == keystone_forbidden(
        "identity:get_credential"
    )


def test_an_administrator_learns_that_there_is_none(admin: Caller) -> None:
    expected = keystone_error(404, "Could not find credential: nope.")
    body = {"credential": {"blob": "x"}}
    for method in ("GET", "PATCH", "DELETE"):
        answer = admin.identity(method, "/credentials/nope", json=body)
        assert answer_of(answer) == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?type=cert", True),
        ("?type__contains=er", True),
        ("?type=nope", False),
        ("?user_id=nope", False),
        ("?sort_key=type&sort_dir=up", True),
    ],
)
def test_users_find_their_own_credentials(
    owner: Caller, query: str, found: bool
) -> None:
    credential = add(owner)
    listed = owner.identity("GET", f"/credentials{query}").json()
    assert listed["credentials"] == ([credential] if found else [])


def test_another_user_neither_sees_nor_changes_a_credential(
    owner: Caller, outsider: Caller
) -> None:
    credential = add(owner)
    path, body = path_of(credential), {"credential": {"blob": "x"}}
    assert outsider.identity("GET", "/credentials").json()["credentials"] == []
    for method, verb in (("GET", "get"), ("PATCH", "update"), ("DELETE", "delete")):
        answer = outsider.identity(method, path, json=body)
        assert answer_of(answer) == keystone_forbidden(f"identity:{verb}_credential")
    body = {"credential": {"blob": "x", "type": "cert", "user_id": owner.user_id}}
    answer = outsider.identity("POST", "/credentials", json=body)
    assert answer_of(answer) == keystone_forbidden("identity:create_credential")


def test_credentials_go_with_their_user(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("user"))
    listing = f"/credentials?user_id={user['id']}"
    credential = add(admin, user_id=user["id"])
    assert admin.identity("GET", listing).json()["credentials"] == [credential]
    admin.identity("DELETE", f"/users/{user['id']}")
    assert admin.identity("GET", listing).json()["credentials"] == []


def test_credentials_go_with_their_project(admin: Caller, make: Make) -> None:
    project = make("project", name=unique("project"))
    credential = add(admin, project_id=project["id"])
    admin.identity("DELETE", f"/projects/{project['id']}")
    assert admin.identity("GET", path_of(credential)).status_code == 404


def test_only_the_blob_of_a_credential_changes(owner: Caller) -> None:
    credential = add(owner)
    for name in ("type", "user_id", "project_id"):
        values = {"blob": "x", name: "x"}
        answer = patch(owner, credential, **values)
        reason = f"Additional properties are not allowed ('{name}' was unexpected)"
        message = invalid_input("credential", values, reason)
        assert answer_of(answer) == keystone_error(400, message)
    message = invalid_input("credential", {}, "'blob' is a required property")
    assert answer_of(patch(owner, credential)) == keystone_error(400, message)


@pytest.mark.parametrize("missing", ["blob", "type", "user_id"])
def test_a_credential_needs_blob_type_and_user(owner: Caller, missing: str) -> None:
    values = {"blob": "x", "type": "cert", "user_id": owner.user_id}
    del values[missing]
    answer = owner.identity("POST", "/credentials", json={"credential": values})
    reason = f"'{missing}' is a required property"
    message = invalid_input("credential", values, reason)
    assert answer_of(answer) == keystone_error(400, message)


def test_an_ec2_credential_is_found_by_its_access_key(owner: Caller) -> None:
    values = ec2(owner, access=unique("key"), secret="s")
    credential = add(owner, **values)
    assert len(credential["id"]) == 64
    assert credential["blob"] == values["blob"]
    answer = owner.identity("POST", "/credentials", json={"credential": values})
    message = (
        "Conflict occurred attempting to store credential - Duplicate entry found with"
        f" ID {credential['id']}."
    )
    assert answer_of(answer) == keystone_error(409, message)


@pytest.mark.parametrize(
    ("blob", "message"),
    [
        ("text", "Invalid blob in credential"),
        ("[]", f"Expecting to find blob in credential.{MALFORMED}"),
        ('{"a": 1}', f"Expecting to find access in credential.{MALFORMED}"),
    ],
)
def test_an_ec2_blob_is_read(owner: Caller, blob: str, message: str) -> None:
    values = {**ec2(owner), "blob": blob}
    answer = owner.identity("POST", "/credentials", json={"credential": values})
    assert answer_of(answer) == keystone_error(400, message)
    credential = add(owner, **ec2(owner, access=unique("key")))
    answer = patch(owner, credential, blob=blob)
    assert answer_of(answer) == keystone_error(400, message)


def test_an_ec2_credential_needs_a_project(owner: Caller) -> None:
    values = ec2(owner, access="key")
    del values["project_id"]
    answer = owner.identity("POST", "/credentials", json={"credential": values})
    reason = "'project_id' is a required property"
    message = invalid_input("credential", values, reason)
    assert answer_of(answer) == keystone_error(400, message)


def test_the_scope_of_an_ec2_credential_stays(owner: Caller) -> None:
    credential = add(owner, **ec2(owner, access=unique("key")))
    answer = patch(owner, credential, blob='{"access": "a", "trust_id": "t"}')
    message = "trust_id can not be updated for credential"
    assert answer_of(answer) == keystone_error(400, message)


def test_a_changed_ec2_blob_is_written_anew(owner: Caller) -> None:
    credential = add(owner, **ec2(owner, access=unique("key")))
    answer = patch(owner, credential, blob='{"access":"a"}')
    assert answer.json()["credential"]["blob"] == '{"access":"a"}'
    shown = owner.identity("GET", path_of(credential)).json()["credential"]
    assert shown == {**credential, "blob": '{"access": "a"}'}


def keys_of(owner: Caller) -> str:
    return f"/users/{owner.user_id}/credentials/OS-EC2"


def test_an_access_key_lives_from_create_to_delete(owner: Caller) -> None:
    keys = keys_of(owner)
    made = owner.identity("POST", keys, json={"tenant_id": owner.project_id})
    assert made.status_code == 201, made.text
    key = made.json()["credential"]
    path = f"{keys}/{key['access']}"
    assert key == {
        "access": key["access"],
        "secret": key["secret"],
        "user_id": owner.user_id,
        "tenant_id": owner.project_id,
        "trust_id": None,
        "links": {"self": f"{owner.cloud.identity_url}/v3{path}"},
    }
    assert len(key["access"]) == len(key["secret"]) == 32
    assert owner.identity("GET", path).json() == {"credential": key}
    url = f"{owner.cloud.identity_url}/v3{keys}"
    links = {"next": None, "previous": None, "self": url}
    listed = owner.identity("GET", keys).json()
    assert listed == {"credentials": [key], "links": links}
    [credential] = owner.identity("GET", "/credentials?type=ec2").json()["credentials"]
    blob = {name: key[name] for name in ("access", "secret", "trust_id")}
    assert json.loads(credential["blob"]) == blob
    assert owner.identity("DELETE", path).status_code == 204
    assert owner.identity("GET", path).status_code == 404


def test_an_unknown_access_key_is_named_by_its_digest(owner: Caller) -> None:
    digest = "ca3704aa0b06f5954c79ee837faa152d84d6b2d42838f0637a15eda8337dbdce"
    expected = keystone_error(404, f"Could not find credential: {digest}.")
    for method in ("GET", "DELETE"):
        answer = owner.identity(method, f"{keys_of(owner)}/nope")
        assert answer_of(answer) == expected


@pytest.mark.parametrize(
    ("body", "named"), [({"tenant_id": "nope"}, "nope"), ({}, "None")]
)
def test_an_access_key_is_for_a_project(
    owner: Caller, body: dict[str, Any], named: str
) -> None:
    answer = owner.identity("POST", keys_of(owner), json=body)
    message = f"Could not find project: {named}."
    assert answer_of(answer) == keystone_error(404, message)


def test_access_keys_are_of_a_user_who_is_there(admin: Caller, owner: Caller) -> None:
    path = "/users/nope/credentials/OS-EC2"
    expected = keystone_error(404, "Could not find user: nope.")
    assert answer_of(admin.identity("GET", path)) == expected
    body = {"tenant_id": admin.project_id}
    assert answer_of(admin.identity("POST", path, json=body)) == expected


def test_access_keys_of_others_stay_theirs(owner: Caller, outsider: Caller) -> None:
    body = {"tenant_id": owner.project_id}
    for method, action in (
        ("GET", "ec2_list_credentials"),
        ("POST", "ec2_create_credential"),
    ):
        answer = outsider.identity(method, keys_of(owner), json=body)
        assert answer_of(answer) == keystone_forbidden(f"identity:{action}")


def test_a_reader_makes_no_access_key(reader: Caller) -> None:
    body = {"tenant_id": reader.project_id}
    answer = reader.identity("POST", keys_of(reader), json=body)
    assert answer_of(answer) == keystone_forbidden("identity:ec2_create_credential")
    assert reader.identity("GET", keys_of(reader)).json()["credentials"] == []
