"""``project``: create, show, list, set and delete."""

from __future__ import annotations

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Run


def names(run: Run, *argv: str) -> list[str]:
    return run("project", "list", "-f", "value", "-c", "Name", *argv).out.split()


def test_create_in_json_has_what_openstack_prints(run: Run) -> None:
    parent = run("project", "show", "admin", "-f", "json").json
    argv = ("--parent", "admin", "--property", "colour=red", "--tag", "b", "--tag", "a")
    shown = run("project", "create", *argv, "--immutable", "images", "-f", "json").json
    assert shown == {
        "description": "",
        "domain_id": "default",
        "enabled": True,
        "id": shown["id"],
        "is_domain": False,
        "name": "images",
        "options": {"immutable": True},
        "parent_id": parent["id"],
        "tags": shown["tags"],
        "colour": "red",
    }
    assert sorted(shown["tags"]) == ["a", "b"]


def test_or_show_takes_the_project_that_is_there(run: Run) -> None:
    shown = run("project", "create", "--or-show", "service", "-f", "json").json
    assert shown == run("project", "show", "service", "-f", "json").json


@pytest.mark.parametrize("pair", ["colour", "=red"])
def test_a_property_needs_a_key_and_a_value(run: Run, pair: str) -> None:
    done = run("project", "create", "--property", pair, "images")
    assert done.exit_code == 2
    assert f"'{pair}' is not of the form key=value" in done.err


def test_show_adds_the_projects_above_and_below(run: Run) -> None:
    top = run("project", "create", "top", "-f", "json").json
    low = run("project", "create", "--parent", "top", "low", "-f", "json").json
    above = run("project", "show", "low", "--parents", "-f", "json").json
    assert above["parents"] == {top["id"]: {"default": None}}
    below = run("project", "show", "top", "--children", "-f", "json").json
    assert below["subtree"] == {low["id"]: None}


def test_list_filters_and_sorts(run: Run) -> None:
    run("project", "create", "--tag", "x", "--tag", "y", "one")
    run("project", "create", "--tag", "y", "--disable", "two")
    assert names(run, "--tags", "x,y") == ["one"]
    assert sorted(names(run, "--tags-any", "x,y")) == ["one", "two"]
    assert "one" not in names(run, "--not-tags", "x,y")
    assert set(names(run, "--not-tags-any", "x,y")).isdisjoint({"one", "two"})
    assert names(run, "--disabled") == ["two"]
    assert sorted(names(run, "--enabled")) == ["admin", "one", "service"]
    run("project", "create", "--parent", "one", "three")
    assert names(run, "--parent", "one") == ["three"]
    run("project", "delete", "three")
    assert names(run, "--sort", "name:desc") == ["two", "service", "one", "admin"]
    assert names(run, "--sort", "enabled,name") == ["two", "admin", "one", "service"]


def test_the_projects_of_a_user_are_filtered_too(run: Run) -> None:
    for name, *tags in (("one", "x", "y"), ("two", "y"), ("three",)):
        run("project", "create", name, *(f"--tag={tag}" for tag in tags))
        run("role", "add", "--user", "admin", "--project", name, "member")
    run("project", "create", "--parent", "one", "below", "--disable")
    run("role", "add", "--user", "admin", "--project", "below", "member")
    own = ("--user", "admin", "--sort", "name")
    untagged = ["admin", "below", "three"]
    assert names(run, *own) == ["admin", "below", "one", "three", "two"]
    assert names(run, *own, "--parent", "one") == ["below"]
    assert names(run, *own, "--parent", "one", "--enabled") == []
    assert names(run, *own, "--tags", "x,y") == ["one"]
    assert names(run, *own, "--tags-any", "x,y") == ["one", "two"]
    assert names(run, *own, "--not-tags", "x,y") == [*untagged, "two"]
    assert names(run, *own, "--not-tags-any", "x,y") == untagged
    limited = names(run, "--user", "admin", "--tags", "y", "--limit", "1")
    assert len(limited) == 1 and limited[0] in ("one", "two")


def test_a_limit_cuts_the_sorted_list(run: Run) -> None:
    assert names(run, "--sort", "name:desc", "--limit", "1") == ["service"]
    assert names(run, "--sort", "name", "--max-items", "1") == ["admin"]


def test_a_marker_is_left_out_with_all_that_is_before_it(run: Run) -> None:
    first, *others = run("project", "list", "-f", "value", "-c", "ID").out.split()
    after = run("project", "list", "--marker", first, "-f", "value", "-c", "ID")
    assert after.out.split() == others != []


def test_a_sort_direction_is_asc_or_desc(run: Run) -> None:
    done = run("project", "list", "--sort", "name:down")
    assert done.exit_code == 2
    assert "'name:down' is not a key, key:asc or key:desc" in done.err


def test_long_has_the_columns_of_openstack(run: Run) -> None:
    assert list(run("project", "list", "--long", "-f", "json").json[0]) == [
        "ID",
        "Name",
        "Domain ID",
        "Description",
        "Enabled",
    ]


def test_own_projects_are_listed_for_whom_may_list_no_others(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "create", "--password=pw", "mia")
    run("role", "add", "--user", "mia", "--project", "service", "member")
    assert names(run, "--my-projects") == ["admin"]
    assert names(run, "--user", "mia") == ["service"]
    monkeypatch.setenv("OS_USERNAME", "mia")
    monkeypatch.setenv("OS_PASSWORD", "pw")
    monkeypatch.setenv("OS_PROJECT_NAME", "service")
    assert names(run) == ["service"]
    assert run("project", "list", "--disabled").exit_code == 3


def test_clear_tags_leaves_the_tags_that_are_set_at_once(run: Run) -> None:
    run("project", "create", "--tag", "old", "images")
    run("project", "set", "images", "--clear-tags", "--tag", "new")
    assert run("project", "show", "images", "-f", "json").json["tags"] == ["new"]
    run("project", "set", "images", "--tag", "newer", "--remove-tag", "new")
    assert run("project", "show", "images", "-f", "json").json["tags"] == ["newer"]


def test_set_with_nothing_to_set_sends_no_change(cloud: MockCloud, run: Run) -> None:
    cloud.journal.clear()
    done = run("project", "set", "service")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert "PATCH" not in {exchange.method for exchange in cloud.journal}


def test_set_changes_what_it_is_told(run: Run) -> None:
    argv = (
        "--name",
        "services",
        "--description",
        "d",
        "--disable",
        "--property",
        "k=v",
    )
    run("project", "set", "service", *argv)
    shown = run("project", "show", "services", "-f", "json").json
    assert (shown["description"], shown["enabled"], shown["k"]) == ("d", False, "v")


def test_an_immutable_project_is_deleted_once_it_is_not(run: Run) -> None:
    run("project", "create", "--no-immutable", "--description", "d", "images")
    assert run("project", "show", "images", "-f", "json").json["description"] == "d"
    assert run("project", "set", "--immutable", "images").exit_code == 0
    assert run("project", "delete", "images").exit_code == 3
    run("project", "set", "--no-immutable", "images")
    assert run("project", "delete", "images").exit_code == 0
    assert run("project", "show", "images").exit_code == 4
