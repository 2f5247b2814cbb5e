"""/v3/regions: create by POST and PUT, list, delete and permissions."""

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


def test_the_region_of_the_bootstrap_is_there_and_stays(admin: Caller) -> None:
    path = f"/regions/{admin.cloud.region_name}"
    assert admin.identity("GET", path).status_code == 200
    answer = admin.identity("DELETE", path)
    message = (
        f"Unable to delete region {admin.cloud.region_name} because it or its child"
        " regions have associated endpoints."
    )
    assert answer_of(answer) == keystone_error(403, message)


def test_a_region_lives_from_create_to_delete(admin: Caller, make: Make) -> None:
    name = unique("region")
    region = make("region", id=name, description="text")
    path = f"/regions/{name}"
    assert region == {
        "id": name,
        "description": "text",
        "parent_region_id": None,
        "links": {"self": f"{admin.cloud.identity_url}/v3{path}"},
    }
    assert admin.identity("GET", path).json() == {"region": region}
    changes = {"description": "new"}
    changed = admin.identity("PATCH", path, json={"region": changes})
    assert changed.json() == {"region": {**region, **changes}}
    assert admin.identity("DELETE", path).status_code == 204
    message = f"Could not find region: {name}."
    assert answer_of(admin.identity("GET", path)) == keystone_error(404, message)


def test_a_region_is_given_an_id_when_it_has_none(make: Make) -> None:
    region = make("region")
    assert len(region["id"]) == 32
    assert region["description"] == ""


def test_put_creates_a_region_once(admin: Caller) -> None:
    path = f"/regions/{unique('region')}"
    assert admin.identity("PUT", path, json={"region": {}}).status_code == 201
    assert admin.identity("PUT", path, json={"region": {}}).status_code == 409
    admin.identity("DELETE", path)


def test_put_does_not_take_a_second_id(admin: Caller) -> None:
    answer = admin.identity("PUT", "/regions/one", json={"region": {"id": "other"}})
    message = 'Conflicting region IDs specified: "one" != "other"'
    assert answer_of(answer) == keystone_error(400, message)


def test_an_id_is_unique(admin: Caller, make: Make) -> None:
    name = make("region", id=unique("region"))["id"]
    answer = admin.identity("POST", "/regions", json={"region": {"id": name}})
    message = f"Conflict occurred attempting to store region - Duplicate ID, {name}.."
    assert answer_of(answer) == keystone_error(409, message)


def test_a_child_is_found_by_its_parent_and_goes_with_it(
    admin: Caller, make: Make
) -> None:
    parent = make("region", id=unique("region"))
    child = make("region", parent_region_id=parent["id"])
    listed = admin.identity("GET", f"/regions?parent_region_id={parent['id']}").json()
    assert listed["regions"] == [child]
    assert admin.identity("DELETE", f"/regions/{parent['id']}").status_code == 204
    assert admin.identity("GET", f"/regions/{child['id']}").status_code == 404


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({"parent_region_id": "nope"}, 404, "Could not find region: nope."),
        (
            {"description": 5},
            400,
            invalid_input("description", 5, "5 is not of type 'string', 'null'"),
        ),
        (
            {"id": "x" * 256},
            400,
            invalid_input("id", "x" * 256, f"'{'x' * 256}' is too long"),
        ),
    ],
)
def test_a_region_is_refused(
    admin: Caller, values: dict[str, Any], code: int, message: str
) -> None:
    answer = admin.identity("POST", "/regions", json={"region": values})
    assert answer_of(answer) == keystone_error(code, message)


def test_a_member_reads_regions_but_makes_none(member: Caller) -> None:
    listed = member.identity("GET", "/regions").json()["regions"]
    assert member.cloud.region_name in [region["id"] for region in listed]
    answer = member.identity("POST", "/regions", json={"region": {}})
    assert answer_of(answer) == keystone_forbidden("identity:create_region")
