"""/v3/projects: create, update, list, delete, tags, parents and permissions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    HTML_NOT_FOUND,
    answer_of,
    invalid_input,
    keystone_error,
    keystone_forbidden,
)
from tests.contract.support.callers import Caller, password_request, unique
from tests.contract.support.personas import PASSWORD, create_persona, remove_persona


def path_of(project: dict[str, Any]) -> str:
    return f"/projects/{project['id']}"


def test_a_project_has_these_fields(admin: Caller, make: Make) -> None:
    name = unique("project")
    project = make("project", name=name)
    assert project == {
        "id": project["id"],
        "name": name,
        "domain_id": "default",
        "parent_id": "default",
        "description": "",
        "enabled": True,
        "is_domain": False,
        "tags": [],
        "options": {},
        "links": {"self": f"{admin.cloud.identity_url}/v3/projects/{project['id']}"},
    }
    assert admin.identity("GET", path_of(project)).json() == {"project": project}


def test_a_project_keeps_its_tags_and_extras(admin: Caller, make: Make) -> None:
    given = {"description": "text", "colour": "blue"}
    project = make("project", name=unique("project"), tags=["b", "a"], **given)
    shown = admin.identity("GET", path_of(project)).json()["project"]
    assert shown.items() >= given.items()
    assert sorted(shown["tags"]) == ["a", "b"]


def test_a_project_may_have_a_parent(admin: Caller, make: Make) -> None:
    parent = make("project", name=unique("parent"))
    child = make("project", name=unique("child"), parent_id=parent["id"])
    query = f"/projects?parent_id={parent['id']}"
    assert admin.identity("GET", query).json()["projects"] == [child]
    answer = admin.identity("DELETE", path_of(parent))
    message = (
        f"Cannot delete the project {parent['id']} since it is not a leaf in the"
        " hierarchy. Use the cascade option if you want to delete a whole subtree."
    )
    assert answer_of(answer) == keystone_error(403, message)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"parent_id": "nope"}, "Could not find project: nope."),
        ({"domain_id": "nope"}, "Could not find domain: nope."),
        (
            {"tags": ["a", "a"]},
            invalid_input("tags", ["a", "a"], "['a', 'a'] has non-unique elements"),
        ),
        (
            {"tags": ["a/b"]},
            invalid_input("0", "a/b", "'a/b' does not match '^[^,/]*$'"),
        ),
    ],
)
def test_a_project_is_refused(
    admin: Caller, values: dict[str, Any], message: str
) -> None:
    body = {"project": {"name": unique("project"), **values}}
    answer = admin.identity("POST", "/projects", json=body)
    assert answer_of(answer) == keystone_error(400, message)


def test_a_name_is_unique_in_its_domain(admin: Caller, make: Make) -> None:
    project = make("project", name=unique("project"))
    body = {"project": {"name": project["name"]}}
    answer = admin.identity("POST", "/projects", json=body)
    assert answer.status_code == 409
    start = (
        "Conflict occurred attempting to store project - it is not permitted to have"
        " two projects with either the same name or same id in the same domain: name"
        f" is {project['name']}, project id "
    )
    assert answer.json()["error"]["message"].startswith(start)


def test_an_update_changes_what_it_names(admin: Caller, make: Make) -> None:
    project = make("project", name=unique("project"))
    changes = {"name": unique("renamed"), "description": "new", "enabled": False}
    answer = admin.identity("PATCH", path_of(project), json={"project": changes})
    assert answer.status_code == 200
    assert answer.json()["project"].items() >= {**project, **changes}.items()
    shown = admin.identity("GET", path_of(project)).json()["project"]
    assert shown == {**project, **changes}


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"parent_id": None}, 403, "Update of `parent_id` is not allowed."),
        ({"is_domain": True}, 400, "Update of `is_domain` is not allowed."),
        ({"domain_id": "other"}, 400, "Cannot change Domain ID"),
        ({"id": "other"}, 400, "Cannot change ID"),
        ({"name": ""}, 400, invalid_input("name", "", "'' should be non-empty")),
    ],
)
def test_an_update_is_refused(
    admin: Caller, make: Make, changes: dict[str, Any], code: int, message: str
) -> None:
    project = make("project", name=unique("project"))
    answer = admin.identity("PATCH", path_of(project), json={"project": changes})
    assert answer_of(answer) == keystone_error(code, message)


def test_an_update_of_nothing_is_accepted(admin: Caller, make: Make) -> None:
    project = make("project", name=unique("project"))
    answer = admin.identity("PATCH", path_of(project), json={"project": {}})
    assert answer.status_code == 200


@pytest.mark.parametrize("query", ["name={name}", "name={name}&domain_id=default"])
def test_a_listing_is_filtered(admin: Caller, make: Make, query: str) -> None:
    project = make("project", name=unique("project"))
    path = "/projects?" + query.format(name=project["name"])
    assert admin.identity("GET", path).json() == {
        "projects": [project],
        "links": {
            "next": None,
            "previous": None,
            "self": f"{admin.cloud.identity_url}/v3{path}",
        },
    }


def test_the_projects_of_the_bootstrap_are_there(admin: Caller) -> None:
    for name in (admin.cloud.project_name, "service"):
        listing = admin.identity("GET", f"/projects?name={name}").json()
        assert [project["domain_id"] for project in listing["projects"]] == ["default"]


def test_a_deleted_project_is_gone(admin: Caller, make: Make) -> None:
    project = make("project", name=unique("project"))
    answer = admin.identity("DELETE", path_of(project))
    assert (answer.status_code, answer.content) == (204, b"")
    message = f"Could not find project: {project['id']}."
    shown = admin.identity("GET", path_of(project))
    assert answer_of(shown) == keystone_error(404, message)


def test_no_one_signs_in_to_a_disabled_project(admin: Caller, nobody: Caller) -> None:
    persona = create_persona(admin, "member")
    path = f"/projects/{persona.project_id}"
    admin.identity("PATCH", path, json={"project": {"enabled": False}})
    scope = {"project": {"id": persona.project_id}}
    request = password_request({"id": persona.user_id}, PASSWORD, scope)
    answer = nobody.identity("POST", "/auth/tokens", json=request)
    assert answer.status_code == 401
    remove_persona(admin, persona)


def test_a_member_sees_only_its_own_project(member: Caller, admin: Caller) -> None:
    own = member.identity("GET", f"/projects/{member.project_id}").json()["project"]
    assert own["id"] == member.project_id
    for project_id in (admin.project_id, "nope"):
        answer = member.identity("GET", f"/projects/{project_id}")
        assert answer_of(answer) == keystone_forbidden("identity:get_project")
    answer = member.identity("GET", "/projects")
    assert answer_of(answer) == keystone_forbidden("identity:list_projects")


def test_a_member_makes_no_projects(member: Caller) -> None:
    body = {"project": {"name": unique("project")}}
    answer = member.identity("POST", "/projects", json=body)
    assert answer_of(answer) == keystone_forbidden("identity:create_project")


def test_of_a_disabled_branch_the_project_furthest_up_is_named(
    admin: Caller, make: Make
) -> None:
    parent = make("project", name=unique("project"))
    child = make("project", name=unique("project"), parent_id=parent["id"])
    for project in (child, parent):
        path = f"/projects/{project['id']}"
        admin.identity("PATCH", path, json={"project": {"enabled": False}})
    body = {"project": {"name": unique("project"), "parent_id": child["id"]}}
    answer = admin.identity("POST", "/projects", json=body)
    message = (
        "cannot create a project in a branch containing a disabled project:"
        f" {parent['id']}"
    )
    assert answer_of(answer) == keystone_error(400, message)


def test_an_escaped_slash_parts_a_path(admin: Caller, make: Make) -> None:
    project_id = make("project", name=unique("project"))["id"]
    assert admin.identity("GET", f"/projects%2F{project_id}").status_code == 200
    answer = admin.identity("DELETE", f"/projects/{project_id}/tags/a%2Fb")
    assert (answer.status_code, answer.text) == (404, HTML_NOT_FOUND)
