"""``endpoint``: create, list, set, show, delete and association with projects."""

from __future__ import annotations

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Run

URL = "http://controller.jmilk.com:9292"


@pytest.fixture
def compute(run: Run) -> str:
    argv = ("--name", "nova", "compute", "-f", "json")
    return str(run("service", "create", *argv).json["id"])


def test_create_prints_the_rows_of_the_documents(run: Run, compute: str) -> None:
    argv = ("--region", "RegionOne", "compute", "public", URL)
    done = run("endpoint", "create", *argv)
    rows = dict(
        [cell.strip() for cell in line.split("|")[1:3]]
        for line in done.out.splitlines()[3:-1]
    )
    assert list(rows.items()) == [
        ("enabled", "True"),
        ("id", rows["id"]),
        ("interface", "public"),
        ("region", "RegionOne"),
        ("region_id", "RegionOne"),
        ("service_id", compute),
        ("service_name", "nova"),
        ("service_type", "compute"),
        ("url", URL),
    ]


@pytest.mark.parametrize("given", ["nova", "compute", "{id}"])
def test_a_service_is_given_by_name_type_or_id(
    run: Run, compute: str, given: str
) -> None:
    service = given.format(id=compute)
    shown = run("endpoint", "create", service, "admin", URL, "-f", "json").json
    assert (shown["service_id"], shown["region"]) == (compute, None)


def test_an_endpoint_needs_a_region_that_exists(run: Run, compute: str) -> None:
    done = run("endpoint", "create", "--region", "Nowhere", "compute", "public", URL)
    assert (done.exit_code, done.err) == (4, "imagectl: No Region found for Nowhere\n")
    assert run("region", "show", "Nowhere").exit_code == 4


def test_an_interface_is_one_of_three(run: Run, compute: str) -> None:
    assert run("endpoint", "create", "compute", "private", URL).exit_code == 2


def test_list_asks_for_the_services_once(cloud: MockCloud, run: Run) -> None:
    run("token", "issue")
    cloud.journal.clear()
    rows = run("endpoint", "list", "-f", "json").json
    assert len(rows) == 6
    assert list(rows[0]) == [
        "ID",
        "Region",
        "Service Name",
        "Service Type",
        "Enabled",
        "Interface",
        "URL",
    ]
    assert [exchange.path for exchange in cloud.journal] == [
        "/v3/services",
        "/v3/endpoints",
    ]


def test_list_filters_by_service_interface_and_region(
    cloud: MockCloud, run: Run, compute: str
) -> None:
    run("region", "create", "Two")
    run("endpoint", "create", "--region", "Two", "nova", "public", URL)
    run("endpoint", "create", "--region", "RegionOne", "nova", "admin", URL)

    def listed(*argv: str) -> list[str]:
        return run("endpoint", "list", *argv, "-f", "value", "-c", "Region").out.split()

    assert listed("--service", "nova") == ["Two", "RegionOne"]
    cloud.journal.clear()
    assert listed("--service", "nova") == ["Two", "RegionOne"]
    assert len(cloud.journal) == 2
    assert listed("--service", "compute", "--interface", "admin") == ["RegionOne"]
    assert listed("--region", "Two") == ["Two"]
    assert run("endpoint", "list", "--service", "nope").exit_code == 4
    assert run("endpoint", "list", "--region", "nope").exit_code == 4


def test_set_changes_what_it_is_told(run: Run, compute: str) -> None:
    made = run("endpoint", "create", "compute", "public", URL, "-f", "json").json
    run("service", "create", "--name", "cinder", "volume")
    argv = ("--interface", "internal", "--url", "http://b", "--region", "RegionOne")
    argv = (*argv, "--service", "volume", "--disable")
    assert run("endpoint", "set", made["id"]).exit_code == 0
    assert run("endpoint", "set", made["id"], *argv).exit_code == 0
    shown = run("endpoint", "show", made["id"], "-f", "json").json
    assert (shown["interface"], shown["url"]) == ("internal", "http://b")
    assert (shown["region"], shown["region_id"]) == ("RegionOne", "RegionOne")
    assert (shown["service_name"], shown["enabled"]) == ("cinder", False)


def test_delete_names_what_was_not_there(run: Run, compute: str) -> None:
    made = run("endpoint", "create", "compute", "public", URL, "-f", "json").json
    done = run("endpoint", "delete", made["id"], made["id"])
    assert done.exit_code == 4
    assert f"No Endpoint found for {made['id']}" in done.err
    assert done.err.endswith("imagectl: 1 of 2 failed\n")


def test_show_takes_the_only_endpoint_of_a_service(run: Run, compute: str) -> None:
    made = run("endpoint", "create", "compute", "public", URL, "-f", "json").json
    for name in ("nova", "compute", compute, made["id"]):
        assert run("endpoint", "show", name, "-f", "json").json == made
    run("endpoint", "create", "compute", "admin", URL)
    several = run("endpoint", "show", "nova")
    assert several.exit_code == 5
    assert several.err.startswith("imagectl: The service nova has 2 endpoints.\nhint: ")
    assert run("endpoint", "show", "nothing").exit_code == 4


def test_show_says_when_a_service_has_no_endpoint(run: Run, compute: str) -> None:
    done = run("endpoint", "show", "nova")
    assert (done.exit_code, done.err) == (
        4,
        "imagectl: The service nova has no endpoint.\n",
    )


def test_an_endpoint_is_associated_with_a_project_and_no_longer(
    run: Run, compute: str
) -> None:
    made = run("endpoint", "create", "compute", "public", URL, "-f", "json").json
    assert run("endpoint", "add", "project", "nova", "service").exit_code == 0
    listing = ("endpoint", "list", "--project", "service", "-f", "value", "-c", "ID")
    assert run(*listing).out.split() == [made["id"]]
    pair = (made["id"], "service", "--project-domain", "default")
    assert run("endpoint", "remove", "project", *pair).exit_code == 0
    assert run(*listing).out.split() == []
    assert run("endpoint", "remove", "project", *pair).exit_code == 4
