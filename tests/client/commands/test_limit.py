"""``limit`` and ``registered limit``: create, list, set, show and delete."""

from __future__ import annotations

import pytest

from tests.client.support.identity import create
from tests.conftest import Run

REGISTERED = ("registered", "limit")
PLACE = ("--service", "glance", "--project", "service")


@pytest.fixture
def registered(run: Run) -> str:
    argv = ("images", "--service", "glance", "--default-limit", "5")
    return create(run, "registered limit", *argv)


def test_a_registered_limit_has_the_rows_of_openstack(run: Run) -> None:
    argv = ("images", "--service", "image", "--default-limit", "5")
    argv = (*argv, "--region", "RegionOne", "--description", "d")
    made = run(*REGISTERED, "create", *argv, "-f", "json").json
    assert made == {
        "id": made["id"],
        "service_id": made["service_id"],
        "region_id": "RegionOne",
        "resource_name": "images",
        "default_limit": 5,
        "description": "d",
    }
    assert run(*REGISTERED, "show", made["id"], "-f", "json").json == made
    [row] = run(*REGISTERED, "list", "-f", "json").json
    assert list(row) == [
        "ID",
        "Service ID",
        "Resource Name",
        "Default Limit",
        "Description",
        "Region ID",
    ]


def test_list_filters_by_service_region_and_resource(run: Run, registered: str) -> None:
    def listed(*argv: str) -> int:
        return len(run(*REGISTERED, "list", *argv, "-f", "json").json)

    assert listed("--service", "glance", "--resource-name", "images") == 1
    assert listed("--service", "keystone") == 0
    assert listed("--region", "RegionOne") == 0
    assert run(*REGISTERED, "list", "--region", "nowhere").exit_code == 4


def test_a_default_limit_of_nothing_can_be_set(run: Run, registered: str) -> None:
    argv = (*REGISTERED, "set", registered, "--default-limit", "0", "-f", "json")
    assert run(*argv).json["default_limit"] == 0


def test_set_without_a_change_shows_what_there_is(run: Run, registered: str) -> None:
    shown = run(*REGISTERED, "show", registered, "-f", "json").json
    assert run(*REGISTERED, "set", registered, "-f", "json").json == shown
    assert run(*REGISTERED, "set", "nothing").exit_code == 4


def test_a_limit_has_the_rows_of_openstack(run: Run, registered: str) -> None:
    argv = ("images", *PLACE, "--resource-limit", "3", "-f", "json")
    made = run("limit", "create", *argv).json
    assert {
        "description",
        "id",
        "project_id",
        "region_id",
        "resource_limit",
        "resource_name",
        "service_id",
    } <= made.keys()
    assert run("limit", "show", made["id"], "-f", "json").json == made
    [row] = run("limit", "list", "--project", "service", "-f", "json").json
    assert list(row) == [
        "ID",
        "Project ID",
        "Service ID",
        "Resource Name",
        "Resource Limit",
        "Description",
        "Region ID",
    ]
    assert run("limit", "list", "--project", "admin", "-f", "json").json == []
    change = ("limit", "set", made["id"], "--resource-limit", "4", "-f", "json")
    assert run(*change).json == {**made, "resource_limit": 4}
    assert run("limit", "delete", made["id"]).exit_code == 0
    assert run("limit", "delete", made["id"]).exit_code == 4


def test_a_registered_limit_is_set_all_that_it_has(run: Run, registered: str) -> None:
    argv = ("--service", "keystone", "--region", "RegionOne", "--description", "d")
    more = ("--resource-name", "users", "--default-limit", "7", "-f", "json")
    made = run(*REGISTERED, "set", registered, *argv, *more).json
    keystone = run("service", "show", "keystone", "-f", "json").json["id"]
    assert made == {
        "id": registered,
        "service_id": keystone,
        "region_id": "RegionOne",
        "resource_name": "users",
        "default_limit": 7,
        "description": "d",
    }


def test_limits_are_of_a_region_and_listed_by_all_they_have(run: Run) -> None:
    place = ("--service", "glance", "--region", "RegionOne")
    create(run, "registered limit", "images", *place, "--default-limit", "5")
    own = ("--project", "service", "--resource-limit", "3", "--description", "d")
    made = run("limit", "create", "images", *place, *own, "-f", "json").json
    assert (made["region_id"], made["description"]) == ("RegionOne", "d")
    change = ("limit", "set", made["id"], "--description", "e", "-f", "json")
    assert run(*change).json == {**made, "description": "e"}
    run("region", "create", "North")
    for yes, no in (
        (("--service", "glance"), ("--service", "keystone")),
        (("--region", "RegionOne"), ("--region", "North")),
        (("--resource-name", "images"), ("--resource-name", "users")),
    ):
        listing = ("limit", "list", "--project", "service", "-f", "json")
        assert [row["ID"] for row in run(*listing, *yes).json] == [made["id"]]
        assert run(*listing, *no).json == []


def test_a_limit_needs_a_registered_limit(run: Run) -> None:
    done = run("limit", "create", "images", *PLACE, "--resource-limit", "3")
    assert done.exit_code == 3
    assert "no corresponding registered limit" in done.err


def test_a_limit_in_use_stays_registered(run: Run, registered: str) -> None:
    create(run, "limit", "images", *PLACE, "--resource-limit", "3")
    assert run(*REGISTERED, "delete", registered).exit_code == 3
    assert run("limit", "create", "images", *PLACE).exit_code == 2
