"""/v3/policies: create, list, update, delete and permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, unique


@pytest.fixture
def policy(admin: Caller) -> Iterator[dict[str, Any]]:
    values = {"blob": "text", "type": unique("type"), "more": 1}
    answer = admin.identity("POST", "/policies", json={"policy": values})
    assert answer.status_code == 201, answer.text
    made = answer.json()["policy"]
    yield made
    admin.identity("DELETE", f"/policies/{made['id']}")


def test_a_policy_lives_from_create_to_delete(
    admin: Caller, policy: dict[str, Any]
) -> None:
    path = f"/policies/{policy['id']}"
    assert policy == {
        "id": policy["id"],
        "blob": "text",
        "type": policy["type"],
        "more": 1,
        "links": {"self": f"{admin.cloud.identity_url}/v3{path}"},
    }
    assert admin.identity("GET", path).json() == {"policy": policy}
    changes = {"blob": "new", "other": "too"}
    changed = admin.identity("PATCH", path, json={"policy": changes})
    assert answer_of(changed) == (200, {"policy": {**policy, **changes}})
    assert admin.identity("DELETE", path).status_code == 204
    expected = keystone_error(404, f"Could not find policy: {policy['id']}.")
    for method in ("GET", "PATCH", "DELETE"):
        answer = admin.identity(method, path, json={"policy": changes})
        assert answer_of(answer) == expected


def test_policies_are_found_by_their_type(
    admin: Caller, policy: dict[str, Any]
) -> None:
    for query in (f"type={policy['type']}", f"type__endswith={policy['type'][3:]}"):
        listed = admin.identity("GET", f"/policies?{query}").json()
        assert listed["policies"] == [policy]


def test_the_id_of_a_policy_stays(admin: Caller, policy: dict[str, Any]) -> None:
    path = f"/policies/{policy['id']}"
    answer = admin.identity("PATCH", path, json={"policy": {"id": "other"}})
    assert answer_of(answer) == keystone_error(400, "Cannot change policy ID")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"blob": "x"}, "'type' is a required property\n\nFailed validating"),
        ({"blob": 5, "type": "x"}, "Invalid input for field 'blob': 5 is not of type"),
        ({}, "'blob' is a required property\n\nFailed validating"),
    ],
)
def test_a_policy_is_refused(
    admin: Caller, values: dict[str, Any], reason: str
) -> None:
    answer = admin.identity("POST", "/policies", json={"policy": values})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(reason)


def test_a_change_of_nothing_is_refused(admin: Caller, policy: dict[str, Any]) -> None:
    answer = admin.identity("PATCH", f"/policies/{policy['id']}", json={"policy": {}})
    code, body = answer_of(answer)
    assert code == 400
    assert body["error"]["message"].startswith("{} should be non-empty\n\nFailed")


def test_a_member_sees_no_policies(member: Caller, policy: dict[str, Any]) -> None:
    path, body = f"/policies/{policy['id']}", {"policy": {"blob": "x", "type": "x"}}
    for method, place, action in (
        ("GET", "/policies", "list_policies"),
        ("POST", "/policies", "create_policy"),
        ("GET", path, "get_policy"),
        ("PATCH", path, "update_policy"),
        ("DELETE", path, "delete_policy"),
    ):
        answer = member.identity(method, place, json=body)
        assert answer_of(answer) == keystone_forbidden(f"identity:{action}")
