"""/v3/OS-EP-FILTER: endpoints of a project, and its catalog."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, unique


@pytest.fixture
def endpoint(make: Make) -> dict[str, Any]:
    service = make("service", type=unique("type"))
    values = {"interface": "public", "url": "http://a.example/"}
    return make("endpoint", service_id=service["id"], **values)


@pytest.fixture
def project(make: Make) -> dict[str, Any]:
    return make("project", name=unique("project"))


def endpoints_of(project: dict[str, Any]) -> str:
    return f"/OS-EP-FILTER/projects/{project['id']}/endpoints"


def test_an_endpoint_is_added_to_a_project_and_removed(
    admin: Caller, project: dict[str, Any], endpoint: dict[str, Any]
) -> None:
    path = f"{endpoints_of(project)}/{endpoint['id']}"
    projects = f"/OS-EP-FILTER/endpoints/{endpoint['id']}/projects"
    message = f"Endpoint {endpoint['id']} not found in project {project['id']}"
    missing = keystone_error(404, message)
    assert answer_of(admin.identity("GET", path)) == missing
    assert admin.identity("HEAD", path).status_code == 404
    assert admin.identity("PUT", path).status_code == 204
    for method in ("GET", "HEAD"):
        assert admin.identity(method, path).status_code == 204
    message = "Conflict occurred attempting to store project_endpoint"
    expected = keystone_error(409, f"{message} - Duplicate entry.")
    assert answer_of(admin.identity("PUT", path)) == expected
    url = f"{admin.cloud.identity_url}/v3{endpoints_of(project)}"
    links = {"next": None, "previous": None, "self": url}
    listed = admin.identity("GET", endpoints_of(project)).json()
    assert listed == {"endpoints": [endpoint], "links": links}
    assert admin.identity("GET", projects).json()["projects"] == [project]
    assert admin.identity("DELETE", path).status_code == 204
    assert answer_of(admin.identity("DELETE", path)) == missing
    assert admin.identity("GET", endpoints_of(project)).json()["endpoints"] == []
    assert admin.identity("GET", projects).json()["projects"] == []


def test_a_catalog_is_kept_to_the_endpoints_of_its_project(
    admin: Caller, member: Caller, endpoint: dict[str, Any], make: Make
) -> None:
    values = {"service_id": endpoint["service_id"], "interface": "internal"}
    other = make("endpoint", url="http://b.example/", **values)
    off = make("endpoint", url="http://c.example/", enabled=False, **values)
    paths = [
        f"/OS-EP-FILTER/projects/{member.project_id}/endpoints/{one['id']}"
        for one in (endpoint, off)
    ]
    whole = member.identity("GET", "/auth/catalog").json()["catalog"]
    for path in paths:
        assert admin.identity("PUT", path).status_code == 204
    [service] = member.identity("GET", "/auth/catalog").json()["catalog"]
    assert [one["id"] for one in service["endpoints"]] == [endpoint["id"]]
    assert member.validate(member.token).json()["token"]["catalog"] == [service]
    for path in paths:
        admin.identity("DELETE", path)
    again = member.identity("GET", "/auth/catalog").json()["catalog"]
    assert again == whole
    assert other["id"] in [e["id"] for s in again for e in s["endpoints"]]


def test_an_association_is_between_what_is_there(
    admin: Caller, project: dict[str, Any], endpoint: dict[str, Any]
) -> None:
    no_endpoint = keystone_error(404, "Could not find endpoint: nope.")
    no_project = keystone_error(404, "Could not find project: nope.")
    nope = {"id": "nope"}
    for method, path, expected in (
        ("PUT", f"{endpoints_of(project)}/nope", no_endpoint),
        ("PUT", f"{endpoints_of(nope)}/{endpoint['id']}", no_project),
        ("GET", endpoints_of(nope), no_project),
        ("GET", "/OS-EP-FILTER/endpoints/nope/projects", no_endpoint),
    ):
        assert answer_of(admin.identity(method, path)) == expected


def test_an_association_goes_with_its_endpoint(
    admin: Caller, project: dict[str, Any], endpoint: dict[str, Any]
) -> None:
    path = f"{endpoints_of(project)}/{endpoint['id']}"
    assert admin.identity("PUT", path).status_code == 204
    admin.identity("DELETE", f"/services/{endpoint['service_id']}")
    assert admin.identity("GET", endpoints_of(project)).json()["endpoints"] == []


def test_a_member_may_not_look(member: Caller) -> None:
    own = f"/OS-EP-FILTER/projects/{member.project_id}/endpoints"
    for method, path, action in (
        ("GET", own, "list_endpoints_for_project"),
        ("GET", f"{own}/x", "check_endpoint_in_project"),
        ("PUT", f"{own}/x", "add_endpoint_to_project"),
        ("DELETE", f"{own}/x", "remove_endpoint_from_project"),
        ("GET", "/OS-EP-FILTER/endpoints/x/projects", "list_projects_for_endpoint"),
    ):
        answer = member.identity(method, path)
        assert answer_of(answer) == keystone_forbidden(f"identity:{action}")
