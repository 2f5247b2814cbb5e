"""Roles granted to groups: grants, assignments, inheritance and tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, password_request, unique
from tests.contract.support.personas import PASSWORD, find_role_id

PLACES = {
    "project": "/projects/{project}/groups/{group}/roles/{member}",
    "domain": "/domains/default/groups/{group}/roles/{member}",
    "system": "/system/groups/{group}/roles/{member}",
    "below a project": (
        "/OS-INHERIT/projects/{project}/groups/{group}/roles/{member}"
        "/inherited_to_projects"
    ),
    "below a domain": (
        "/OS-INHERIT/domains/default/groups/{group}/roles/{member}"
        "/inherited_to_projects"
    ),
}

Ids = dict[str, str]


@pytest.fixture
def ids(admin: Caller, make: Make) -> Iterator[Ids]:
    """A user in a group, a project with another below it, and two roles."""
    project_id = make("project", name=unique("project"))["id"]
    child = make("project", name=unique("child"), parent_id=project_id)
    ids = {
        "user": make("user", name=unique("user"), password=PASSWORD)["id"],
        "group": make("group", name=unique("group"))["id"],
        "project": project_id,
        "child": child["id"],
        "member": find_role_id(admin, "member"),
        "reader": find_role_id(admin, "reader"),
    }
    admin.identity("PUT", "/groups/{group}/users/{user}".format(**ids))
    yield ids


def list_assignments(admin: Caller, query: str) -> list[dict[str, Any]]:
    answer = admin.identity("GET", f"/role_assignments?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["role_assignments"])


@pytest.mark.parametrize("place", PLACES)
def test_a_grant_is_given_checked_and_taken_back(
    admin: Caller, ids: Ids, place: str
) -> None:
    path = PLACES[place].format(**ids)
    assert admin.identity("HEAD", path).status_code == 404
    for method in ("PUT", "PUT", "HEAD", "GET", "DELETE"):
        answer = admin.identity(method, path)
        assert (answer.status_code, answer.content) == (204, b"")
    assert admin.identity("GET", path).status_code == 404


@pytest.mark.parametrize("place", ["project", "domain", "system", "below a domain"])
def test_the_roles_of_a_group_are_listed(admin: Caller, ids: Ids, place: str) -> None:
    path = PLACES[place].format(**ids)
    admin.identity("PUT", path)
    roles = admin.identity("GET", path.replace(f"/{ids['member']}", "")).json()["roles"]
    assert [role["name"] for role in roles] == ["member"]


@pytest.mark.parametrize("place", ["project", "system"])
def test_a_grant_that_was_not_given_is_not_found(
    admin: Caller, ids: Ids, place: str
) -> None:
    target_id = ids["project"] if place == "project" else "system"
    message = (
        f"Could not find role assignment with role: {ids['member']}, user or group:"
        f" {{}}, project, domain, or system: {target_id}."
    )
    path = PLACES[place].format(**ids)
    for method in ("GET", "DELETE"):
        expected = keystone_error(404, message.format(ids["group"]))
        assert answer_of(admin.identity(method, path)) == expected
    # only who takes a grant back does so from what may be gone
    path = PLACES[place].format(**{**ids, "group": "nope"})
    gone = admin.identity("DELETE", path)
    assert answer_of(gone) == keystone_error(404, message.format("nope"))
    for method in ("GET", "PUT"):
        expected = keystone_error(404, "Could not find group: nope.")
        assert answer_of(admin.identity(method, path)) == expected


@pytest.mark.parametrize(
    ("place", "scope", "opens"),
    [
        ("project", {"project": {"id": "{project}"}}, True),
        ("project", {"project": {"id": "{child}"}}, False),
        ("below a project", {"project": {"id": "{child}"}}, True),
        ("below a project", {"project": {"id": "{project}"}}, False),
        ("below a domain", {"project": {"id": "{child}"}}, True),
        ("domain", {"domain": {"id": "default"}}, True),
        ("system", {"system": {"all": True}}, True),
    ],
)
def test_the_roles_of_a_group_are_in_the_tokens_of_its_members(
    admin: Caller,
    nobody: Caller,
    ids: Ids,
    place: str,
    scope: dict[str, Any],
    opens: bool,
) -> None:
    for target in scope.values():
        if "id" in target:
            target = {"id": target["id"].format(**ids)}
            scope = {next(iter(scope)): target}
    request = password_request({"id": ids["user"]}, PASSWORD, scope)
    assert nobody.authenticate(request).status_code == 401
    admin.identity("PUT", PLACES[place].format(**ids))
    answer = nobody.authenticate(request)
    assert (answer.status_code == 201) is opens
    if opens:
        roles = {role["name"] for role in answer.json()["token"]["roles"]}
        assert roles == {"member", "reader"}


def test_a_token_ends_with_the_membership_that_it_lives_by(
    admin: Caller, nobody: Caller, ids: Ids
) -> None:
    admin.identity("PUT", PLACES["project"].format(**ids))
    scope = {"project": {"id": ids["project"]}}
    request = password_request({"id": ids["user"]}, PASSWORD, scope)
    token = nobody.authenticate(request).headers["X-Subject-Token"]
    admin.identity("DELETE", "/groups/{group}/users/{user}".format(**ids))
    assert admin.validate(token).status_code == 404


@pytest.mark.parametrize("place", PLACES)
def test_an_assignment_names_the_group(admin: Caller, ids: Ids, place: str) -> None:
    path = PLACES[place].format(**ids)
    admin.identity("PUT", path)
    scope: dict[str, Any] = {"system": {"all": True}}
    if "project" in place:
        scope = {"project": {"id": ids["project"]}}
    elif "domain" in place:
        scope = {"domain": {"id": "default"}}
    if "below" in place:
        scope["OS-INHERIT:inherited_to"] = "projects"
    assert list_assignments(admin, f"group.id={ids['group']}") == [
        {
            "links": {"assignment": f"{admin.cloud.identity_url}/v3{path}"},
            "role": {"id": ids["member"]},
            "scope": scope,
            "group": {"id": ids["group"]},
        }
    ]


def test_names_are_included_on_demand(admin: Caller, ids: Ids) -> None:
    admin.identity("PUT", PLACES["project"].format(**ids))
    [shown] = list_assignments(admin, f"group.id={ids['group']}&include_names")
    group = admin.identity("GET", f"/groups/{ids['group']}").json()["group"]
    domain = {"id": "default", "name": "Default"}
    assert shown["group"] == {
        "id": group["id"],
        "name": group["name"],
        "domain": domain,
    }
    assert shown["role"] == {"id": ids["member"], "name": "member"}


@pytest.mark.parametrize("query", ["user.id={user}", "scope.project.id={project}"])
def test_effective_assignments_are_those_of_the_members(
    admin: Caller, ids: Ids, query: str
) -> None:
    path = PLACES["project"].format(**ids)
    admin.identity("PUT", path)
    base = f"{admin.cloud.identity_url}/v3"
    links = {
        "membership": "{}/groups/{group}/users/{user}".format(base, **ids),
        "assignment": f"{base}{path}",
    }
    prior = "{}/prior_role/{reader}/implies/{member}".format(base, **ids)
    shared = {
        "scope": {"project": {"id": ids["project"]}},
        "user": {"id": ids["user"]},
    }
    found = list_assignments(admin, f"effective&{query.format(**ids)}")
    assert sorted(found, key=lambda one: len(one["links"])) == [
        {**shared, "links": links, "role": {"id": ids["member"]}},
        {
            **shared,
            "links": {**links, "prior_role": prior},
            "role": {"id": ids["reader"]},
        },
    ]


def test_effective_assignments_combine_groups_and_inheritance(
    admin: Caller, ids: Ids
) -> None:
    path = PLACES["below a project"].format(**ids)
    admin.identity("PUT", path)
    query = "effective&user.id={user}&role.id={member}".format(**ids)
    [shown] = list_assignments(admin, query)
    assert shown["scope"] == {
        "project": {"id": ids["child"]},
        "OS-INHERIT:inherited_to": "projects",
    }
    assert shown["links"]["assignment"] == f"{admin.cloud.identity_url}/v3{path}"


def test_a_subtree_shows_the_groups_of_all_its_projects(
    admin: Caller, ids: Ids
) -> None:
    for project_id in (ids["project"], ids["child"]):
        where = {**ids, "project": project_id}
        admin.identity("PUT", PLACES["project"].format(**where))
    query = "include_subtree&scope.project.id={project}".format(**ids)
    found = list_assignments(admin, query)
    assert {one["scope"]["project"]["id"] for one in found} == {
        ids["project"],
        ids["child"],
    }
    assert {one["group"]["id"] for one in found} == {ids["group"]}


def test_users_of_groups_see_the_projects_in_their_reach(
    admin: Caller, nobody: Caller, ids: Ids
) -> None:
    admin.identity("PUT", PLACES["below a project"].format(**ids))
    listing = admin.identity("GET", f"/users/{ids['user']}/projects").json()
    assert [project["id"] for project in listing["projects"]] == [ids["child"]]


def test_a_user_and_a_group_are_not_asked_for_together(admin: Caller) -> None:
    answer = admin.identity("GET", "/role_assignments?user.id=a&group.id=b")
    message = (
        "ImmutableMultiDict([('user.id', 'a'), ('group.id', 'b')]) is valid under each"
        " of {'required': ['group.id']}, {'required': ['user.id']}"
    )
    assert answer_of(answer) == keystone_error(400, message)


def test_assignments_go_with_the_group(admin: Caller, ids: Ids) -> None:
    for place in PLACES:
        admin.identity("PUT", PLACES[place].format(**ids))
    admin.identity("DELETE", f"/groups/{ids['group']}")
    assert list_assignments(admin, f"group.id={ids['group']}") == []
    assert list_assignments(admin, f"effective&user.id={ids['user']}") == []


@pytest.mark.parametrize("place", PLACES)
def test_a_member_grants_nothing_to_groups(
    member: Caller, ids: Ids, place: str
) -> None:
    answer = member.identity("PUT", PLACES[place].format(**ids))
    action = "create_grant"
    if re.match("/system", PLACES[place]):
        action = "create_system_grant_for_group"
    assert answer_of(answer) == keystone_forbidden(f"identity:{action}")


@pytest.mark.parametrize("lost", ["project", "member"])
def test_the_policy_comes_first_on_inherited_grants(
    admin: Caller, reader: Caller, ids: Ids, lost: str
) -> None:
    path = PLACES["below a project"].format(**{**ids, lost: "nope"})
    assert reader.identity("HEAD", path).status_code == 403
    assert admin.identity("HEAD", path).status_code == 404


def test_an_inherited_grant_may_be_to_an_unknown_group(admin: Caller, ids: Ids) -> None:
    path = PLACES["below a project"].format(**{**ids, "group": "nope"})
    for method, status in (("PUT", 204), ("HEAD", 204), ("DELETE", 204), ("HEAD", 404)):
        assert admin.identity(method, path).status_code == status


@pytest.mark.parametrize("noun", ["project", "domain"])
def test_a_missing_inherited_grant_is_noticed_before_its_place(
    admin: Caller, ids: Ids, noun: str
) -> None:
    path = (
        PLACES[f"below a {noun}"]
        .format(**{**ids, "group": "nope", "project": "nope"})
        .replace("/domains/default/", "/domains/nope/")
    )
    message = (
        f"Could not find role assignment with role: {ids['member']}, user or group:"
        " nope, project, domain, or system: nope."
    )
    answer = admin.identity("DELETE", path)
    assert answer_of(answer) == keystone_error(404, message)
