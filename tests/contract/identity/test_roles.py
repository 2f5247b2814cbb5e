"""/v3/roles: the bootstrap's roles, create, update and delete."""

from __future__ import annotations

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, unique
from tests.contract.support.personas import find_role_id

BOOTSTRAPPED = ("admin", "manager", "member", "reader", "service")


@pytest.mark.parametrize("name", BOOTSTRAPPED)
def test_the_roles_of_the_bootstrap_are_immutable(admin: Caller, name: str) -> None:
    role_id = find_role_id(admin, name)
    assert admin.identity("GET", f"/roles/{role_id}").json() == {
        "role": {
            "id": role_id,
            "name": name,
            "domain_id": None,
            "description": None,
            "options": {"immutable": True},
            "links": {"self": f"{admin.cloud.identity_url}/v3/roles/{role_id}"},
        }
    }


@pytest.mark.parametrize(
    ("method", "verb"), [("DELETE", "delete"), ("PATCH", "update")]
)
def test_an_immutable_role_stays(admin: Caller, method: str, verb: str) -> None:
    role_id = find_role_id(admin, "admin")
    body = {"role": {"description": "text"}} if method == "PATCH" else None
    answer = admin.identity(method, f"/roles/{role_id}", json=body)
    message = (
        f"Unable to {verb} immutable role resource: `{role_id}. Set resource option"
        ' "immutable" to false first.'
    )
    assert answer_of(answer) == keystone_error(403, message)


def test_a_role_lives_from_create_to_delete(admin: Caller, make: Make) -> None:
    name = unique("role")
    role = make("role", name=name, description="text")
    path = f"/roles/{role['id']}"
    assert role == {
        "id": role["id"],
        "name": name,
        "domain_id": None,
        "description": "text",
        "options": {},
        "links": {"self": f"{admin.cloud.identity_url}/v3{path}"},
    }
    assert admin.identity("GET", path).json() == {"role": role}
    listed = admin.identity("GET", f"/roles?name={name}").json()
    assert listed["roles"] == [role]
    changes = {"name": unique("renamed")}
    changed = admin.identity("PATCH", path, json={"role": changes})
    assert changed.json() == {"role": {**role, **changes}}
    assert admin.identity("DELETE", path).status_code == 204
    message = f"Could not find role: {role['id']}."
    assert answer_of(admin.identity("GET", path)) == keystone_error(404, message)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_name_is_unique(admin: Caller, make: Make, method: str) -> None:
    role = make("role", name=unique("role"))
    path = f"/roles/{role['id']}" if method == "PATCH" else "/roles"
    answer = admin.identity(method, path, json={"role": {"name": "admin"}})
    message = (
        "Conflict occurred attempting to store role - Duplicate entry found with name"
        " admin."
    )
    assert answer_of(answer) == keystone_error(409, message)


def test_a_member_sees_no_roles(member: Caller, admin: Caller) -> None:
    answer = member.identity("GET", "/roles")
    assert answer_of(answer) == keystone_forbidden("identity:list_roles")
    answer = member.identity("GET", f"/roles/{find_role_id(admin, 'admin')}")
    assert answer_of(answer) == keystone_forbidden("identity:get_role")
    answer = member.identity("POST", "/roles", json={"role": {"name": unique("role")}})
    assert answer_of(answer) == keystone_forbidden("identity:create_role")
