"""``group``: create, list, set, delete and membership of users."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagectl.commands.group import Show
from imagectl.contract.identity import GROUP
from mockserver.cloud import MockCloud
from tests.client.support.identity import create
from tests.conftest import Run


@pytest.fixture
def ops(run: Run) -> str:
    return create(run, "group", "ops", "--description", "operators")


@pytest.fixture
def ann(run: Run) -> str:
    return create(run, "user", "--password=x", "ann")


def test_create_shows_the_rows_of_openstack(run: Run, ops: str) -> None:
    assert run("group", "show", "ops", "-f", "json").json == {
        "description": "operators",
        "domain_id": "default",
        "id": ops,
        "name": "ops",
    }
    assert create(run, "group", "ops", "--or-show") == ops
    assert run("group", "create", "ops").exit_code == 5


def test_list_has_the_columns_of_openstack(run: Run, ops: str) -> None:
    assert run("group", "list", "-f", "json").json == [{"ID": ops, "Name": "ops"}]
    [row] = run("group", "list", "--long", "-f", "json").json
    assert list(row) == ["ID", "Name", "Domain ID", "Description"]


def test_list_by_user_respects_the_given_domain(run: Run, ops: str, ann: str) -> None:
    create(run, "domain", "lab")
    create(run, "group", "ops", "--domain", "lab")
    run("group", "add", "user", ops, ann)

    def listed(*argv: str) -> list[str]:
        return run("group", "list", *argv, "-f", "value", "-c", "ID").out.split()

    assert listed("--user", "ann") == [ops]
    assert listed("--user", "ann", "--domain", "default") == [ops]
    assert listed("--user", "ann", "--domain", "lab") == []
    assert len(listed("--domain", "lab")) == 1
    assert ops not in listed("--domain", "lab")


def test_set_and_delete_find_a_group_in_its_domain(run: Run, ops: str) -> None:
    create(run, "domain", "lab")
    create(run, "group", "ops", "--domain", "lab")
    assert run("group", "set", "ops", "--name", "dev").exit_code == 5
    there = ("--domain", "lab", "ops")
    argv = ("--name", "dev", "--description", "d")
    assert run("group", "set", *there, *argv).exit_code == 0
    shown = run("group", "show", "dev", "-f", "json").json
    assert shown["description"] == "d"
    assert run("group", "delete", "--domain", "lab", "dev").exit_code == 0
    assert run("group", "list", "-f", "value", "-c", "ID").out.split() == [ops]


def test_contains_user_tells_members_from_others(run: Run, ops: str, ann: str) -> None:
    out = run("group", "contains", "user", "ops", "ann")
    assert (out.exit_code, out.out, out.err) == (0, "", "ann not in group ops\n")
    assert run("group", "add", "user", "ops", "ann").exit_code == 0
    done = run("group", "contains", "user", "ops", "ann")
    assert (done.exit_code, done.out, done.err) == (0, "ann in group ops\n", "")
    assert run("group", "remove", "user", "ops", "ann").exit_code == 0
    assert run("group", "contains", "user", "ops", "ann").out == ""


def test_contains_does_not_take_a_refusal_for_an_answer(
    run: Run, ops: str, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("role", "add", "--user", "ann", "--project", "service", "member")
    monkeypatch.setenv("OS_USERNAME", "ann")
    monkeypatch.setenv("OS_PASSWORD", "x")
    monkeypatch.setenv("OS_PROJECT_NAME", "service")
    done = run("group", "contains", "user", ops, ann)
    assert (done.exit_code, done.out) == (3, "")


def test_an_unknown_user_does_not_stop_adding_the_others(
    cloud: MockCloud, run: Run, ops: str, ann: str
) -> None:
    create(run, "user", "--password=x", "bob")
    done = run("group", "add", "user", "ops", "ann", "nobody", "bob")
    assert done.exit_code == 4
    assert done.err.splitlines() == [
        "imagectl: No User found for nobody",
        "imagectl: 1 of 3 failed",
    ]
    members = run("user", "list", "--group", "ops", "-f", "value", "-c", "Name")
    assert sorted(members.out.split()) == ["ann", "bob"]


def test_remove_user_reports_a_user_who_is_no_member(
    run: Run, ops: str, ann: str
) -> None:
    done = run("group", "remove", "user", "ops", "ann")
    assert done.exit_code == 4
    assert "not found in group" in done.err


def test_a_name_is_found_where_the_service_has_no_filter(
    run: Run, ops: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an endpoint group's, of which Keystone 30 lists all whatever the name."""
    fields = (
        replace(f, filter="none") if f.name == "name" else f for f in GROUP.fields
    )
    monkeypatch.setattr(Show, "resource", replace(GROUP, fields=tuple(fields)))
    create(run, "group", "dev")
    assert run("group", "show", "ops", "-f", "json").json["id"] == ops
    assert run("group", "show", "none").exit_code == 4
