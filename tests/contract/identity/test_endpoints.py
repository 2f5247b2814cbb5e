"""/v3/endpoints: create, update, filters and delete."""

from __future__ import annotations

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
from tests.contract.support.callers import Caller, unique

URL = "http://example.org:9292"
LONG_URL = "http://" + "a" * 230


@pytest.fixture
def service_id(make: Make) -> str:
    return str(make("service", type=unique("type"))["id"])


def test_an_endpoint_lives_from_create_to_delete(
    admin: Caller, make: Make, service_id: str
) -> None:
    region = admin.cloud.region_name
    endpoint = make(
        "endpoint", service_id=service_id, interface="public", url=URL, region=region
    )
    path = f"/endpoints/{endpoint['id']}"
    assert endpoint == {
        "id": endpoint["id"],
        "interface": "public",
        "service_id": service_id,
        "url": URL,
        "region": region,
        "region_id": region,
        "enabled": True,
        "links": {"self": f"{admin.cloud.identity_url}/v3{path}"},
    }
    assert admin.identity("GET", path).json() == {"endpoint": endpoint}
    changes = {"url": "http://example.org", "enabled": False}
    changed = admin.identity("PATCH", path, json={"endpoint": changes})
    assert changed.json() == {"endpoint": {**endpoint, **changes}}
    assert admin.identity("DELETE", path).status_code == 204
    message = f"Could not find endpoint: {endpoint['id']}."
    assert answer_of(admin.identity("GET", path)) == keystone_error(404, message)


def test_an_endpoint_needs_no_region(make: Make, service_id: str) -> None:
    endpoint = make("endpoint", service_id=service_id, interface="admin", url=URL)
    assert (endpoint["region"], endpoint["region_id"]) == (None, None)


def test_a_region_named_the_old_way_is_made(
    admin: Caller, make: Make, service_id: str
) -> None:
    name = unique("region")
    make("endpoint", service_id=service_id, interface="public", url=URL, region=name)
    region = admin.identity("GET", f"/regions/{name}").json()["region"]
    assert (region["id"], region["description"]) == (name, "")
    admin.identity("DELETE", f"/services/{service_id}")
    admin.identity("DELETE", f"/regions/{name}")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"service_id": "nope"},
            f"Expecting to find endpoint service_id in service table.{MALFORMED}",
        ),
        (
            {"region_id": "nope"},
            f"Expecting to find endpoint region_id in region table.{MALFORMED}",
        ),
        (
            {"interface": "bogus"},
            invalid_input(
                "interface",
                "bogus",
                "'bogus' is not one of ['admin', 'internal', 'public']",
            ),
        ),
        (
            {"url": "nope"},
            invalid_input("url", "nope", "'nope' does not match '^[a-zA-Z0-9+.-]+:.+'"),
        ),
        (
            {"url": LONG_URL},
            invalid_input("url", LONG_URL, f"'{LONG_URL}' is too long"),
        ),
        (
            {"url": "http://%(bogus)s"},
            "Cannot create an endpoint with an invalid URL: http://%(bogus)s.",
        ),
    ],
)
def test_an_endpoint_is_refused(
    admin: Caller, service_id: str, values: dict[str, Any], message: str
) -> None:
    good = {"service_id": service_id, "interface": "public", "url": URL}
    answer = admin.identity("POST", "/endpoints", json={"endpoint": {**good, **values}})
    assert answer_of(answer) == keystone_error(400, message)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("service_id={service_id}", {"public", "internal"}),
        ("service_id={service_id}&interface=public", {"public"}),
        ("service_id={service_id}&region_id={region}", {"internal"}),
        ("service_id=nope", set()),
    ],
)
def test_a_listing_is_filtered(
    admin: Caller, make: Make, service_id: str, query: str, found: set[str]
) -> None:
    region = admin.cloud.region_name
    shared = {"service_id": service_id, "url": URL}
    make("endpoint", interface="public", **shared)
    make("endpoint", interface="internal", region_id=region, **shared)
    path = "/endpoints?" + query.format(service_id=service_id, region=region)
    listed = admin.identity("GET", path).json()["endpoints"]
    assert {endpoint["interface"] for endpoint in listed} == found


def test_an_interface_that_does_not_exist_is_no_filter(admin: Caller) -> None:
    answer = admin.identity("GET", "/endpoints?interface=bogus")
    reason = "'bogus' is not one of ['admin', 'internal', 'public']"
    message = invalid_input("interface", "bogus", reason)
    assert answer_of(answer) == keystone_error(400, message)


def test_endpoints_go_with_their_service(
    admin: Caller, make: Make, service_id: str
) -> None:
    endpoint = make("endpoint", service_id=service_id, interface="public", url=URL)
    admin.identity("DELETE", f"/services/{service_id}")
    answer = admin.identity("GET", f"/endpoints/{endpoint['id']}")
    message = f"Could not find endpoint: {endpoint['id']}."
    assert answer_of(answer) == keystone_error(404, message)


def test_a_member_sees_no_endpoints(member: Caller) -> None:
    answer = member.identity("GET", "/endpoints")
    assert answer_of(answer) == keystone_forbidden("identity:list_endpoints")
