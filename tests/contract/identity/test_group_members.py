"""/v3/groups/{id}/users and /v3/users/{id}/groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, unique

Record = dict[str, Any]


@pytest.fixture
def group(make: Make) -> Record:
    return make("group", name=unique("group"))


@pytest.fixture
def user(make: Make) -> Record:
    return make("user", name=unique("user"))


@pytest.fixture
def membership(admin: Caller, group: Record, user: Record) -> str:
    """The path of a membership, which is made."""
    path = f"/groups/{group['id']}/users/{user['id']}"
    assert admin.identity("PUT", path).status_code == 204
    return path


def absent(user: Record, group: Record) -> tuple[int, Any]:
    message = f"User '{user['id']}' not found in group '{group['id']}'"
    return keystone_error(404, message)


def test_a_user_joins_and_leaves_a_group(
    admin: Caller, group: Record, user: Record, membership: str
) -> None:
    for method in ("PUT", "GET", "HEAD", "DELETE"):
        answer = admin.identity(method, membership)
        assert (answer.status_code, answer.content) == (204, b"")
    for method in ("GET", "DELETE"):
        assert answer_of(admin.identity(method, membership)) == absent(user, group)
    assert admin.identity("HEAD", membership).status_code == 404


def test_members_are_listed_as_users(
    admin: Caller, group: Record, user: Record, membership: str
) -> None:
    path = f"/groups/{group['id']}/users"
    url = f"{admin.cloud.identity_url}/v3{path}"
    links = {"next": None, "previous": None, "self": url}
    answer = admin.identity("GET", path)
    assert answer_of(answer) == (200, {"users": [user], "links": links})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name={name}", True),
        ("name=nope", False),
        ("enabled=true", True),
        ("enabled=false", False),
        ("marker=ignored", True),
    ],
)
def test_members_are_filtered(
    admin: Caller,
    group: Record,
    user: Record,
    membership: str,
    query: str,
    found: bool,
) -> None:
    path = f"/groups/{group['id']}/users?{query.format(**user)}"
    users = admin.identity("GET", path).json()["users"]
    assert users == ([user] if found else [])


def test_members_are_limited(
    admin: Caller, group: Record, membership: str, make: Make
) -> None:
    path = f"/groups/{group['id']}/users"
    other = make("user", name=unique("user"))
    admin.identity("PUT", f"{path}/{other['id']}")
    page = admin.identity("GET", f"{path}?limit=1").json()
    [first] = page["users"]
    assert page["truncated"] is True
    assert page["links"]["next"].endswith(f"{path}?limit=1&marker={first['id']}")
    page = admin.identity("GET", f"{path}?limit=2").json()
    assert "truncated" not in page
    assert page["links"]["next"] is None


def test_the_groups_of_a_user_are_listed(
    admin: Caller, group: Record, user: Record, membership: str
) -> None:
    path = f"/users/{user['id']}/groups"
    shown = {**group, "membership_expires_at": None}
    assert admin.identity("GET", path).json()["groups"] == [shown]
    named = admin.identity("GET", f"{path}?name={group['name']}").json()["groups"]
    assert named == [shown]
    assert admin.identity("GET", f"{path}?name=nope").json()["groups"] == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("noun", ["group", "user"])
def test_a_membership_needs_what_it_names(
    admin: Caller, group: Record, user: Record, method: str, noun: str
) -> None:
    ids = {"group": group["id"], "user": user["id"], noun: "nope"}
    path = "/groups/{group}/users/{user}".format(**ids)
    answer = admin.identity(method, path)
    assert answer_of(answer) == keystone_error(404, f"Could not find {noun}: nope.")


@pytest.mark.parametrize("noun", ["group", "user"])
def test_members_or_groups_of_nothing_are_not_found(admin: Caller, noun: str) -> None:
    other = {"group": "users", "user": "groups"}[noun]
    answer = admin.identity("GET", f"/{noun}s/nope/{other}")
    assert answer_of(answer) == keystone_error(404, f"Could not find {noun}: nope.")


def test_a_membership_goes_with_the_group_and_the_user(
    admin: Caller, group: Record, user: Record, membership: str, make: Make
) -> None:
    other = make("group", name=unique("group"))
    admin.identity("PUT", f"/groups/{other['id']}/users/{user['id']}")
    admin.identity("DELETE", f"/groups/{group['id']}")
    groups = admin.identity("GET", f"/users/{user['id']}/groups").json()["groups"]
    assert [one["id"] for one in groups] == [other["id"]]
    admin.identity("DELETE", f"/users/{user['id']}")
    path = f"/groups/{other['id']}/users"
    assert admin.identity("GET", path).json()["users"] == []


def test_users_see_their_own_groups_and_no_one_elses(
    member: Caller, admin: Caller
) -> None:
    own = member.identity("GET", f"/users/{member.user_id}/groups")
    assert (own.status_code, own.json()["groups"]) == (200, [])
    for user_id in (admin.user_id, "nope"):
        answer = member.identity("GET", f"/users/{user_id}/groups")
        assert answer_of(answer) == keystone_forbidden("identity:list_groups_for_user")
