"""/v3/registered_limits and /v3/limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    MALFORMED,
    answer_of,
    invalid_input,
    keystone_error,
    keystone_forbidden,
)
from tests.contract.support.callers import Caller, sign_in_admin, unique
from tests.contract.support.personas import find_role_id

NOWHERE = "0" * 32
NO_REGISTERED = "Unable to create a limit that has no corresponding registered limit."
Limit = Callable[..., dict[str, Any]]


def lacking(name: str, noun: str) -> Any:
    return keystone_error(400, f"Expecting to find {name} in {noun}.{MALFORMED}")


def duplicate(noun: str) -> Any:
    message = f"Conflict occurred attempting to store {noun} - Duplicate entry."
    return keystone_error(409, message)


def post(admin: Caller, collection: str, *records: dict[str, Any]) -> Any:
    return admin.identity("POST", f"/{collection}", json={collection: list(records)})


@pytest.fixture
def service_id(admin: Caller) -> Iterator[str]:
    """A service whose limits and registered limits go with the test, and with it."""
    body = {"service": {"type": unique("type")}}
    made = admin.identity("POST", "/services", json=body).json()["service"]["id"]
    yield made
    for noun in ("limits", "registered_limits"):
        listed = admin.identity("GET", f"/{noun}?service_id={made}").json()[noun]
        for record in listed:
            admin.identity("DELETE", f"/{noun}/{record['id']}")
    admin.identity("DELETE", f"/services/{made}")


@pytest.fixture
def register(admin: Caller, service_id: str) -> Limit:
    def register_limit(**values: Any) -> dict[str, Any]:
        values = {"resource_name": "cats", "default_limit": 5, **values}
        answer = post(admin, "registered_limits", {"service_id": service_id, **values})
        assert answer.status_code == 201, answer.text
        [made] = answer.json()["registered_limits"]
        return dict(made)

    return register_limit


@pytest.fixture
def limit(admin: Caller, service_id: str) -> Limit:
    def make_limit(**values: Any) -> dict[str, Any]:
        values = {"resource_name": "cats", "resource_limit": 4, **values}
        answer = post(admin, "limits", {"service_id": service_id, **values})
        assert answer.status_code == 201, answer.text
        [made] = answer.json()["limits"]
        return dict(made)

    return make_limit


def test_a_registered_limit_lives_from_create_to_delete(
    admin: Caller, service_id: str, register: Limit
) -> None:
    registered = register(description="text")
    path = f"/registered_limits/{registered['id']}"
    assert registered == {
        "id": registered["id"],
        "service_id": service_id,
        "region_id": None,
        "resource_name": "cats",
        "default_limit": 5,
        "description": "text",
        "links": {"self": f"{admin.cloud.identity_url}/v3{path}"},
    }
    assert admin.identity("GET", path).json() == {"registered_limit": registered}
    changes = {"default_limit": -1, "description": None, "resource_name": "dogs"}
    changed = admin.identity("PATCH", path, json={"registered_limit": changes})
    assert answer_of(changed) == (200, {"registered_limit": {**registered, **changes}})
    assert admin.identity("DELETE", path).status_code == 204
    message = f"Could not find registered limit for {registered['id']}."
    for method in ("GET", "PATCH", "DELETE"):
        answer = admin.identity(method, path, json={"registered_limit": changes})
        assert answer_of(answer) == keystone_error(404, message)


def test_several_limits_are_registered_at_once_or_none(
    admin: Caller, service_id: str
) -> None:
    cats = {"service_id": service_id, "resource_name": "cats", "default_limit": 1}
    dogs = {**cats, "resource_name": "dogs"}
    refused = post(admin, "registered_limits", cats, dogs, cats)
    assert answer_of(refused) == duplicate("registered_limit")
    made = post(admin, "registered_limits", cats, dogs)
    assert made.json().keys() == {"registered_limits"}
    url = f"/registered_limits?service_id={service_id}"
    listed = admin.identity("GET", url).json()["registered_limits"]
    assert listed == made.json()["registered_limits"]
    first = admin.identity("GET", f"{url}&limit=1").json()
    assert (first["registered_limits"], first["truncated"]) == (listed[:1], True)


def test_registered_limits_are_found_by_what_they_limit(
    admin: Caller, service_id: str, register: Limit, make: Make
) -> None:
    region_id = make("region")["id"]
    cats, dogs = register(region_id=region_id), register(resource_name="dogs")
    for query, found in (
        (f"region_id={region_id}", [cats]),
        ("resource_name=dogs", [dogs]),
        ("resource_name__startswith=do", [dogs]),
        ("sort_key=resource_name&sort_dir=desc", [cats, dogs]),
    ):
        url = f"/registered_limits?service_id={service_id}&{query}"
        assert admin.identity("GET", url).json()["registered_limits"] == found
    for registered in (cats, dogs):
        admin.identity("DELETE", f"/registered_limits/{registered['id']}")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"default_limit": -2},
            invalid_input("default_limit", -2, "-2 is less than the minimum of -1"),
        ),
        (
            {"default_limit": "3"},
            invalid_input("default_limit", 3, "'3' is not of type 'integer'"),
        ),
        (
            {"service_id": "bad"},
            invalid_input("service_id", "bad", "'bad' is not a 'uuid'"),
        ),
        (
            {"region_id": ""},
            invalid_input("region_id", "", "'' should be non-empty"),
        ),
        (
            {"service_id": NOWHERE},
            f"Expecting to find service_id in registered_limit.{MALFORMED}",
        ),
        (
            {"region_id": "nope"},
            f"Expecting to find region_id in registered_limit.{MALFORMED}",
        ),
    ],
)
def test_a_registered_limit_is_refused(
    admin: Caller, service_id: str, changes: dict[str, Any], expected: str
) -> None:
    values = {"service_id": service_id, "resource_name": "cats", "default_limit": 1}
    answer = post(admin, "registered_limits", {**values, **changes})
    assert answer_of(answer) == keystone_error(400, expected)


def test_a_list_of_no_limits_is_refused(admin: Caller) -> None:
    for noun in ("registered_limits", "limits"):
        message = invalid_input(noun, [], "[] should be non-empty")
        assert answer_of(post(admin, noun)) == keystone_error(400, message)
        message = f"'{noun}' is a required property"
        answer = admin.identity("POST", f"/{noun}", json={})
        assert answer_of(answer) == keystone_error(400, message)


def test_a_query_for_limits_is_read(admin: Caller) -> None:
    message = invalid_input("service_id", "bad", "'bad' is not a 'uuid'")
    for noun in ("registered_limits", "limits"):
        answer = admin.identity("GET", f"/{noun}?service_id=bad")
        assert answer_of(answer) == keystone_error(400, message)


def test_a_change_makes_no_second_registered_limit(
    admin: Caller, register: Limit
) -> None:
    register(resource_name="dogs")
    cats = register()
    path = f"/registered_limits/{cats['id']}"
    for name in ("dogs", "cats"):  # even its own name is taken
        body = {"registered_limit": {"resource_name": name}}
        answer = admin.identity("PATCH", path, json=body)
        assert answer_of(answer) == duplicate("registered_limit")


def test_the_model_is_flat(member: Caller) -> None:
    model = {
        "name": "flat",
        "description": (
            "Limit enforcement and validation does not take project hierarchy into"
            " consideration."
        ),
    }
    assert member.identity("GET", "/limits/model").json() == {"model": model}


def test_a_limit_lives_from_create_to_delete(
    admin: Caller, member: Caller, service_id: str, register: Limit, limit: Limit
) -> None:
    register()
    limited = limit(project_id=member.project_id, description="text")
    path = f"/limits/{limited['id']}"
    assert limited == {
        "id": limited["id"],
        "project_id": member.project_id,
        "domain_id": None,
        "service_id": service_id,
        "region_id": None,
        "resource_name": "cats",
        "resource_limit": 4,
        "description": "text",
        "links": {"self": f"{admin.cloud.identity_url}/v3{path}"},
    }
    assert member.identity("GET", path).json() == {"limit": limited}
    changed = {**limited, "resource_limit": 9, "description": "new"}
    changes = {"resource_limit": 9, "description": "new"}
    answer = admin.identity("PATCH", path, json={"limit": changes})
    assert answer_of(answer) == (200, {"limit": changed})
    for nothing in ({"resource_limit": 0}, {"description": None}, {}):
        answer = admin.identity("PATCH", path, json={"limit": nothing})
        assert answer_of(answer) == (200, {"limit": changed})
    assert admin.identity("DELETE", path).status_code == 204
    message = f"Could not find limit for {limited['id']}."
    for method in ("GET", "PATCH", "DELETE"):
        answer = admin.identity(method, path, json={"limit": changes})
        assert answer_of(answer) == keystone_error(404, message)


def test_a_limit_needs_a_registered_one(
    admin: Caller, member: Caller, service_id: str, register: Limit, make: Make
) -> None:
    values = {
        "service_id": service_id,
        "resource_name": "cats",
        "resource_limit": 1,
        "project_id": member.project_id,
    }
    expected = keystone_error(403, NO_REGISTERED)
    assert answer_of(post(admin, "limits", values)) == expected
    register()
    elsewhere = {**values, "region_id": make("region")["id"]}
    assert answer_of(post(admin, "limits", elsewhere)) == expected
    assert post(admin, "limits", values).status_code == 201
    assert answer_of(post(admin, "limits", values)) == duplicate("limit")


def test_a_registered_limit_in_use_stays(
    admin: Caller, register: Limit, limit: Limit
) -> None:
    registered = register()
    limit(domain_id="default")
    path = f"/registered_limits/{registered['id']}"
    message = (
        f"Unable to update or delete registered limit {registered['id']} because there"
        " are project limits associated with it."
    )
    body = {"registered_limit": {"default_limit": 1}}
    for method in ("PATCH", "DELETE"):
        answer = admin.identity(method, path, json=body)
        assert answer_of(answer) == keystone_error(403, message)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ({"project_id": "nope"}, "project_id"),
        ({"domain_id": "nope"}, "domain_id"),
        ({"domain_id": "default", "service_id": NOWHERE}, "service_id"),
    ],
)
def test_a_limit_names_what_is_there(
    admin: Caller, service_id: str, owner: dict[str, Any], name: str
) -> None:
    values = {"service_id": service_id, "resource_name": "cats", "resource_limit": 1}
    answer = post(admin, "limits", {**values, **owner})
    assert answer_of(answer) == lacking(name, "limit")


def test_a_limit_is_of_a_project_or_a_domain(admin: Caller, service_id: str) -> None:
    values = {"service_id": service_id, "resource_name": "cats", "resource_limit": 1}
    answer = post(admin, "limits", values)
    message = invalid_input(
        "0", values, f"{values} is not valid under any of the given schemas"
    )
    assert answer_of(answer) == keystone_error(400, message)
    both = {**values, "project_id": "default", "domain_id": "default"}
    assert post(admin, "limits", both).status_code == 400


def test_a_project_that_is_a_domain_is_limited_as_one(
    register: Limit, limit: Limit
) -> None:
    register()
    limited = limit(project_id="default")
    assert (limited["project_id"], limited["domain_id"]) == (None, "default")


def test_the_service_of_a_limit_cannot_change(
    admin: Caller, service_id: str, register: Limit, limit: Limit
) -> None:
    register()
    path = f"/limits/{limit(domain_id='default')['id']}"
    values = {"service_id": service_id}
    answer = admin.identity("PATCH", path, json={"limit": values})
    reason = "Additional properties are not allowed ('service_id' was unexpected)"
    message = invalid_input("limit", values, reason)
    assert answer_of(answer) == keystone_error(400, message)


def test_everybody_sees_the_limits_of_their_own(
    admin: Caller,
    member: Caller,
    outsider: Caller,
    service_id: str,
    register: Limit,
    limit: Limit,
) -> None:
    register()
    own = limit(project_id=member.project_id)
    of_domain = limit(domain_id="default")
    url = f"/limits?service_id={service_id}"
    assert admin.identity("GET", url).json()["limits"] == [own, of_domain]
    in_domain = f"{url}&domain_id=default"
    assert admin.identity("GET", in_domain).json()["limits"] == [of_domain]
    system = sign_in_admin(admin.cloud, {"system": {"all": True}})
    assert system.identity("GET", url).json()["limits"] == [own, of_domain]
    assert member.identity("GET", url).json()["limits"] == [own]
    assert outsider.identity("GET", url).json()["limits"] == []
    expected = keystone_forbidden("identity:get_limit")
    for caller, one in ((member, of_domain), (outsider, own)):
        assert answer_of(caller.identity("GET", f"/limits/{one['id']}")) == expected


def test_only_administrators_limit(
    member: Caller, register: Limit, limit: Limit
) -> None:
    register()
    own = f"/limits/{limit(project_id=member.project_id)['id']}"
    nothing = {"limit": {"resource_limit": 1}}
    registered = {"registered_limit": {"default_limit": 1}}
    for method in ("PATCH", "DELETE"):
        answer = member.identity(method, "/limits/x", json=nothing)
        assert answer_of(answer) == keystone_error(404, "Could not find limit for x.")
    for method, path, action, body in (
        ("PATCH", own, "update_limit", nothing),
        ("DELETE", own, "delete_limit", None),
        ("GET", "/limits/x", "get_limit", None),
        ("PATCH", "/registered_limits/x", "update_registered_limit", registered),
        ("DELETE", "/registered_limits/x", "delete_registered_limit", None),
    ):
        answer = member.identity(method, path, json=body)
        assert answer_of(answer) == keystone_forbidden(f"identity:{action}")


def test_parents_and_children_are_shown_with_their_limits(
    admin: Caller, make: Make, register: Limit, limit: Limit
) -> None:
    register()
    parent = make("project", name=unique("parent"))
    child = make("project", name=unique("child"), parent_id=parent["id"])
    role_id = find_role_id(admin, "member")
    for project in (parent, child):
        actor = f"/projects/{project['id']}/users/{admin.user_id}/roles/{role_id}"
        assert admin.identity("PUT", actor).status_code == 204
    limited = limit(project_id=parent["id"])
    del limited["links"]
    path = f"/projects/{child['id']}?parents_as_list"
    for query, limits in (("&include_limits", [limited]), ("", None)):
        shown = admin.identity("GET", path + query).json()["project"]
        [above] = shown["parents"]
        assert above["project"].get("limits") == limits
        assert "limits" not in shown
    path = f"/projects/{parent['id']}?subtree_as_list&include_limits"
    [below] = admin.identity("GET", path).json()["project"]["subtree"]
    assert below["project"]["limits"] == []


def test_the_limits_of_a_project_go_with_it(
    admin: Caller, make: Make, register: Limit, limit: Limit
) -> None:
    register()
    project = make("project", name=unique("project"))
    limited = limit(project_id=project["id"])
    admin.identity("DELETE", f"/projects/{project['id']}")
    assert admin.identity("GET", f"/limits/{limited['id']}").status_code == 404
