"""/v3/groups: create, update, list, delete and permissions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    answer_of,
    invalid_input,
    keystone_error,
    keystone_forbidden,
)
from tests.contract.support.callers import Caller, unique

Group = dict[str, Any]


def path_of(group: Group) -> str:
    return f"/groups/{group['id']}"


@pytest.fixture
def group(make: Make) -> Group:
    return make("group", name=unique("group"))


def test_a_group_has_these_fields(admin: Caller, make: Make) -> None:
    name = unique("group")
    group = make("group", name=name, colour="red")
    assert group == {
        "id": group["id"],
        "name": name,
        "description": "",
        "domain_id": "default",
        "colour": "red",
        "links": {"self": f"{admin.cloud.identity_url}/v3/groups/{group['id']}"},
    }
    assert admin.identity("GET", path_of(group)).json() == {"group": group}


def test_an_update_changes_what_it_names(admin: Caller, group: Group) -> None:
    changes = {"description": None, "colour": "blue"}
    answer = admin.identity("PATCH", path_of(group), json={"group": changes})
    assert answer_of(answer) == (200, {"group": {**group, **changes}})
    assert admin.identity("GET", path_of(group)).json() == answer.json()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, invalid_input("group", {}, "{} should be non-empty")),
        ({"domain_id": "other"}, "Cannot change Domain ID"),
        ({"domain_id": "default", "id": "other"}, "Cannot change ID"),
        (
            {"description": 1},
            invalid_input("description", 1, "1 is not of type 'string', 'null'"),
        ),
    ],
)
def test_an_update_is_refused(
    admin: Caller, group: Group, changes: dict[str, Any], message: str
) -> None:
    answer = admin.identity("PATCH", path_of(group), json={"group": changes})
    assert answer_of(answer) == keystone_error(400, message)


def test_a_name_is_unique_in_its_domain(
    admin: Caller, group: Group, make: Make
) -> None:
    message = (
        "Conflict occurred attempting to store group - Duplicate entry found with"
        f" name {group['name']}"
    )
    body = {"group": {"name": group["name"]}}
    answer = admin.identity("POST", "/groups", json=body)
    assert answer_of(answer) == keystone_error(409, f"{message} at domain ID default.")
    other = make("group", name=unique("group"))
    answer = admin.identity("PATCH", path_of(other), json=body)
    assert answer_of(answer) == keystone_error(409, f"{message}.")
    domain_id = make("domain", name=unique("domain"))["id"]
    assert make("group", name=group["name"], domain_id=domain_id)


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({}, 400, invalid_input("group", {}, "'name' is a required property")),
        (
            {"name": "a" * 65},
            400,
            f"String length exceeded. The length of string '{'a' * 65}' exceeds the"
            " limit of column name(CHAR(64)).",
        ),
        ({"name": "any", "domain_id": "nope"}, 404, "Could not find domain: nope."),
        (
            {"name": "any", "domain_id": None},
            400,
            invalid_input("domain_id", None, "None is not of type 'string'"),
        ),
    ],
)
def test_a_group_is_not_made(
    admin: Caller, values: dict[str, Any], code: int, message: str
) -> None:
    answer = admin.identity("POST", "/groups", json={"group": values})
    assert answer_of(answer) == keystone_error(code, message)


@pytest.mark.parametrize(
    "query",
    ["name={name}", "name__contains={name}", "name={name}&domain_id=default"],
)
def test_a_listing_is_filtered(admin: Caller, group: Group, query: str) -> None:
    path = "/groups?" + query.format(**group)
    url = f"{admin.cloud.identity_url}/v3{path}"
    links = {"next": None, "previous": None, "self": url}
    answer = admin.identity("GET", path)
    assert answer.json() == {"groups": [group], "links": links}


def test_a_listing_comes_in_pages(admin: Caller, make: Make) -> None:
    domain_id = make("domain", name=unique("domain"))["id"]
    made = [
        make("group", name=unique("group"), domain_id=domain_id)["id"] for _ in range(3)
    ]
    path = f"/groups?domain_id={domain_id}&limit=2"
    page = admin.identity("GET", path).json()
    assert page["truncated"] is True
    rest = admin.fetch("GET", page["links"]["next"]).json()
    listed = [group["id"] for group in (*page["groups"], *rest["groups"])]
    assert listed == sorted(made)
    assert rest["links"]["next"] is None


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("marker=nope", 404, "Marker nope could not be found."),
        (
            "sort_dir=up",
            400,
            invalid_input("sort_dir", "up", "'up' is not one of ['asc', 'desc']"),
        ),
    ],
)
def test_a_listing_is_refused(
    admin: Caller, query: str, code: int, message: str
) -> None:
    answer = admin.identity("GET", f"/groups?{query}")
    assert answer_of(answer) == keystone_error(code, message)


@pytest.mark.parametrize(
    ("method", "body"),
    [("GET", None), ("PATCH", {"group": {"name": "any"}}), ("DELETE", None)],
)
def test_a_deleted_group_is_gone(
    admin: Caller, group: Group, method: str, body: Any
) -> None:
    answer = admin.identity("DELETE", path_of(group))
    assert (answer.status_code, answer.content) == (204, b"")
    answer = admin.identity(method, path_of(group), json=body)
    message = f"Could not find group: {group['id']}."
    assert answer_of(answer) == keystone_error(404, message)


def test_groups_go_with_their_domain(admin: Caller, make: Make) -> None:
    domain = make("domain", name=unique("domain"))
    group = make("group", name=unique("group"), domain_id=domain["id"])
    path = f"/domains/{domain['id']}"
    admin.identity("PATCH", path, json={"domain": {"enabled": False}})
    assert admin.identity("DELETE", path).status_code == 204
    assert admin.identity("GET", path_of(group)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "", "list_groups"),
        ("POST", "", "create_group"),
        ("GET", "/{id}", "get_group"),
        ("PATCH", "/{id}", "update_group"),
        ("DELETE", "/{id}", "delete_group"),
        ("GET", "/{id}/users", "list_users_in_group"),
        ("GET", "/{id}/users/nope", "check_user_in_group"),
        ("PUT", "/{id}/users/nope", "add_user_to_group"),
        ("DELETE", "/{id}/users/nope", "remove_user_from_group"),
        ("GET", "/nope", "get_group"),
        ("GET", "/nope/users", "list_users_in_group"),
    ],
)
def test_a_member_neither_sees_nor_changes_groups(
    member: Caller, group: Group, method: str, path: str, action: str
) -> None:
    body = {"group": {"name": "any"}} if method in ("POST", "PATCH") else None
    answer = member.identity(method, "/groups" + path.format(**group), json=body)
    assert answer_of(answer) == keystone_forbidden(f"identity:{action}")


def test_a_member_who_deletes_an_unknown_group_gets_not_found(member: Caller) -> None:
    answer = member.identity("DELETE", "/groups/nope")
    assert answer_of(answer) == keystone_error(404, "Could not find group: nope.")
