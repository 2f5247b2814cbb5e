"""/v3/services: create, list, update, delete and permissions."""

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


@pytest.mark.parametrize(
    ("name", "service_type"), [("keystone", "identity"), ("glance", "image")]
)
def test_the_services_of_the_cloud_are_there(
    admin: Caller, name: str, service_type: str
) -> None:
    [service] = admin.identity("GET", f"/services?type={service_type}").json()[
        "services"
    ]
    assert (service["name"], service["enabled"]) == (name, True)


def test_a_service_lives_from_create_to_delete(admin: Caller, make: Make) -> None:
    name, kind = unique("service"), unique("type")
    service = make("service", name=name, type=kind, description="text")
    path = f"/services/{service['id']}"
    assert service == {
        "id": service["id"],
        "name": name,
        "type": kind,
        "description": "text",
        "enabled": True,
        "links": {"self": f"{admin.cloud.identity_url}/v3{path}"},
    }
    assert admin.identity("GET", path).json() == {"service": service}
    for query in (f"name={name}", f"type={kind}"):
        listed = admin.identity("GET", f"/services?{query}").json()
        assert listed["services"] == [service]
    changes = {"description": "new", "enabled": False}
    changed = admin.identity("PATCH", path, json={"service": changes})
    assert changed.json() == {"service": {**service, **changes}}
    assert admin.identity("DELETE", path).status_code == 204
    message = f"Could not find service: {service['id']}."
    assert answer_of(admin.identity("GET", path)) == keystone_error(404, message)


def test_a_service_without_a_description_has_no_such_key(make: Make) -> None:
    service = make("service", type=unique("type"))
    assert service.keys() == {"id", "name", "type", "enabled", "links"}
    assert service["name"] == ""


def test_two_services_may_share_a_name_and_a_type(make: Make) -> None:
    values = {"name": unique("service"), "type": unique("type")}
    assert make("service", **values)["id"] != make("service", **values)["id"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"type": ""}, invalid_input("type", "", "'' should be non-empty")),
        (
            {"type": "x", "enabled": 3},
            invalid_input("enabled", 3, "3 is not of type 'boolean'"),
        ),
    ],
)
def test_a_service_is_refused(
    admin: Caller, values: dict[str, Any], message: str
) -> None:
    answer = admin.identity("POST", "/services", json={"service": values})
    assert answer_of(answer) == keystone_error(400, message)


def test_an_update_of_nothing_is_refused(admin: Caller, make: Make) -> None:
    service = make("service", type=unique("type"))
    path = f"/services/{service['id']}"
    answer = admin.identity("PATCH", path, json={"service": {}})
    message = invalid_input("service", {}, "{} should be non-empty")
    assert answer_of(answer) == keystone_error(400, message)


def test_a_member_sees_no_services(member: Caller) -> None:
    answer = member.identity("GET", "/services")
    assert answer_of(answer) == keystone_forbidden("identity:list_services")
    body = {"service": {"type": unique("type")}}
    answer = member.identity("POST", "/services", json=body)
    assert answer_of(answer) == keystone_forbidden("identity:create_service")
