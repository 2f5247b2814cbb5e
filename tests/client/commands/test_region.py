"""``region``: create, list, set and delete."""

from __future__ import annotations

from tests.conftest import Run


def test_create_shows_the_rows_of_openstack(run: Run) -> None:
    argv = ("--parent-region", "RegionOne", "--description", "d", "Two", "-f", "json")
    assert run("region", "create", *argv).json == {
        "region": "Two",
        "description": "d",
        "parent_region": "RegionOne",
    }


def test_list_filters_by_parent(run: Run) -> None:
    run("region", "create", "--parent-region", "RegionOne", "Two")
    rows = run("region", "list", "-f", "json").json
    assert [list(row) for row in rows] == [
        ["Region", "Parent Region", "Description"]
    ] * 2
    below = run("region", "list", "--parent-region", "RegionOne", "-f", "json").json
    assert [row["Region"] for row in below] == ["Two"]


def test_set_changes_and_clears(run: Run) -> None:
    run("region", "create", "--description", "d", "Two")
    assert run("region", "set", "Two").exit_code == 0
    run("region", "set", "Two", "--parent-region", "RegionOne", "--description", "")
    shown = run("region", "show", "Two", "-f", "json").json
    assert (shown["description"], shown["parent_region"]) == ("", "RegionOne")


def test_a_region_that_is_not_there_is_an_error(run: Run) -> None:
    assert run("region", "show", "nope").exit_code == 4
    done = run("region", "delete", "nope")
    assert done.exit_code == 4
    assert done.err == "imagectl: No Region found for nope\n"


def test_a_region_with_endpoints_stays(run: Run) -> None:
    assert run("region", "delete", "RegionOne").exit_code == 3
    run("region", "create", "Two")
    assert run("region", "delete", "Two").exit_code == 0
