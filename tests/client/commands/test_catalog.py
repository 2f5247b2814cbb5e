"""``catalog list`` and ``catalog show``."""

from __future__ import annotations

from mockserver.cloud import MockCloud
from tests.conftest import Run


def test_a_cell_has_two_lines_for_each_endpoint(cloud: MockCloud, run: Run) -> None:
    done = run("catalog", "show", "image", "-c", "endpoints")
    cells = [line.split("|")[2].rstrip() for line in done.out.splitlines()[3:-1]]
    assert cells == [
        " RegionOne",
        f"   public: {cloud.image_url}",
        " RegionOne",
        f"   internal: {cloud.image_url}",
        " RegionOne",
        f"   admin: {cloud.image_url}",
        "",
    ]


def test_json_has_the_endpoints_as_objects(cloud: MockCloud, run: Run) -> None:
    listed = run("catalog", "list", "-f", "json").json
    assert [(entry["Name"], entry["Type"]) for entry in listed] == [
        ("keystone", "identity"),
        ("glance", "image"),
    ]
    assert {endpoint["url"] for endpoint in listed[1]["Endpoints"]} == {cloud.image_url}


def test_show_takes_a_name_or_a_type(run: Run) -> None:
    by_name = run("catalog", "show", "glance", "-f", "json").json
    assert list(by_name) == ["endpoints", "id", "name", "type"]
    assert run("catalog", "show", "image", "-f", "json").json == by_name


def test_a_service_that_is_not_there_is_an_error(run: Run) -> None:
    done = run("catalog", "show", "nope")
    assert (done.exit_code, done.out) == (4, "")
    assert done.err == "imagectl: service nope not found in the catalog\n"


def test_services_newer_than_the_token_are_listed(run: Run) -> None:
    run("token", "issue")
    run("service", "create", "--name", "nova", "compute")
    run("endpoint", "create", "--region", "RegionOne", "nova", "public", "http://n")
    assert (
        run("catalog", "show", "compute", "-f", "value", "-c", "name").out == "nova\n"
    )
