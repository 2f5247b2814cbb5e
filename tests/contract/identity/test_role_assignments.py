"""/v3/role_assignments, and roles granted to users."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, unique
from tests.contract.support.personas import find_role_id

SCOPES = {
    "project": "/projects/{project_id}/users/{user_id}/roles",
    "domain": "/domains/default/users/{user_id}/roles",
    "system": "/system/users/{user_id}/roles",
}


@pytest.fixture
def ids(admin: Caller, make: Make) -> dict[str, str]:
    """A user and a project of its own, and the role that a test gives."""
    return {
        "user_id": make("user", name=unique("user"))["id"],
        "project_id": make("project", name=unique("project"))["id"],
        "role_id": find_role_id(admin, "reader"),
    }


def list_assignments(admin: Caller, query: str) -> list[dict[str, Any]]:
    answer = admin.identity("GET", f"/role_assignments?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["role_assignments"])


@pytest.mark.parametrize("scope", SCOPES)
def test_a_grant_is_given_checked_listed_and_taken_back(
    admin: Caller, ids: dict[str, str], scope: str
) -> None:
    listing = SCOPES[scope].format(**ids)
    grant = f"{listing}/{ids['role_id']}"
    assert admin.identity("HEAD", grant).status_code == 404
    for method in ("PUT", "PUT", "HEAD", "GET"):
        answer = admin.identity(method, grant)
        assert (answer.status_code, answer.content) == (204, b"")
    roles = admin.identity("GET", listing).json()["roles"]
    assert [role["name"] for role in roles] == ["reader"]
    assert admin.identity("DELETE", grant).status_code == 204
    assert admin.identity("GET", listing).json()["roles"] == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_grant_that_was_not_given_is_not_found(
    admin: Caller, ids: dict[str, str], method: str
) -> None:
    grant = f"{SCOPES['project'].format(**ids)}/{ids['role_id']}"
    message = (
        "Could not find role assignment with role: {role_id}, user or group:"
        " {user_id}, project, domain, or system: {project_id}."
    ).format(**ids)
    answer = admin.identity(method, grant)
    assert answer_of(answer) == keystone_error(404, message)


@pytest.mark.parametrize("noun", ["role", "project", "user"])
def test_a_grant_needs_what_it_names(
    admin: Caller, ids: dict[str, str], noun: str
) -> None:
    known = {**ids, f"{noun}_id": "nope"}
    grant = f"{SCOPES['project'].format(**known)}/{known['role_id']}"
    answer = admin.identity("PUT", grant)
    assert answer_of(answer) == keystone_error(404, f"Could not find {noun}: nope.")


@pytest.mark.parametrize(
    ("scope", "shown", "query"),
    [
        ("project", {"project": {"id": "{project_id}"}}, "scope.project.id={id}"),
        ("domain", {"domain": {"id": "default"}}, "scope.domain.id=default"),
        ("system", {"system": {"all": True}}, "scope.system=all"),
    ],
)
def test_an_assignment_names_role_user_and_scope(
    admin: Caller, ids: dict[str, str], scope: str, shown: dict[str, Any], query: str
) -> None:
    grant = f"{SCOPES[scope].format(**ids)}/{ids['role_id']}"
    admin.identity("PUT", grant)
    if scope == "project":
        shown = {"project": {"id": ids["project_id"]}}
    query = f"user.id={ids['user_id']}&{query.format(id=ids['project_id'])}"
    assert list_assignments(admin, query) == [
        {
            "links": {"assignment": f"{admin.cloud.identity_url}/v3{grant}"},
            "role": {"id": ids["role_id"]},
            "scope": shown,
            "user": {"id": ids["user_id"]},
        }
    ]


def test_names_are_included_on_demand(admin: Caller, ids: dict[str, str]) -> None:
    grant = f"{SCOPES['project'].format(**ids)}/{ids['role_id']}"
    admin.identity("PUT", grant)
    [shown] = list_assignments(admin, f"user.id={ids['user_id']}&include_names")
    domain = {"id": "default", "name": "Default"}
    assert shown["role"] == {"id": ids["role_id"], "name": "reader"}
    for noun, entry in (
        ("user", shown["user"]),
        ("project", shown["scope"]["project"]),
    ):
        assert entry.keys() == {"id", "name", "domain"}
        assert entry["name"].startswith(f"{noun}-")
        assert entry["domain"] == domain


def test_effective_assignments_include_the_implied(
    admin: Caller, ids: dict[str, str]
) -> None:
    member_id = find_role_id(admin, "member")
    admin.identity("PUT", f"{SCOPES['project'].format(**ids)}/{member_id}")
    direct = list_assignments(admin, f"user.id={ids['user_id']}")
    effective = list_assignments(admin, f"user.id={ids['user_id']}&effective")
    assert [entry["role"]["id"] for entry in direct] == [member_id]
    held = {entry["role"]["id"] for entry in effective}
    assert held == {member_id, ids["role_id"]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("user.id={user_id}&role.id={role_id}", True),
        ("user.id={user_id}&role.id=nope", False),
        ("user.id=nope", False),
        ("scope.project.id={project_id}", True),
    ],
)
def test_a_listing_is_filtered(
    admin: Caller, ids: dict[str, str], query: str, found: bool
) -> None:
    admin.identity("PUT", f"{SCOPES['project'].format(**ids)}/{ids['role_id']}")
    assert bool(list_assignments(admin, query.format(**ids))) is found


def test_a_listing_is_of_a_domain_or_a_project(admin: Caller) -> None:
    query = "scope.project.id=x&scope.domain.id=y"
    answer = admin.identity("GET", f"/role_assignments?{query}")
    message = "Specify a domain or project, not both"
    assert answer_of(answer) == keystone_error(400, message)


@pytest.mark.parametrize("noun", ["user", "project"])
def test_assignments_go_with_the_user_or_project(
    admin: Caller, ids: dict[str, str], noun: str
) -> None:
    admin.identity("PUT", f"{SCOPES['project'].format(**ids)}/{ids['role_id']}")
    admin.identity("DELETE", f"/{noun}s/{ids[f'{noun}_id']}")
    scope = "user.id={user_id}" if noun == "user" else "scope.project.id={project_id}"
    assert list_assignments(admin, scope.format(**ids)) == []


def test_a_member_neither_grants_nor_lists(member: Caller, ids: dict[str, str]) -> None:
    grant = f"{SCOPES['project'].format(**ids)}/{ids['role_id']}"
    answer = member.identity("PUT", grant)
    assert answer_of(answer) == keystone_forbidden("identity:create_grant")
    answer = member.identity("GET", f"/role_assignments?user.id={member.user_id}")
    assert answer_of(answer) == keystone_forbidden("identity:list_role_assignments")


def test_effective_assignments_are_of_a_known_user(admin: Caller) -> None:
    answer = admin.identity("GET", "/role_assignments?effective&user.id=nope")
    assert answer_of(answer) == keystone_error(404, "Could not find user: nope.")
    answer = admin.identity("GET", "/role_assignments?user.id=nope")
    assert answer.json()["role_assignments"] == []
