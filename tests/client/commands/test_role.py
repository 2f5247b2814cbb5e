"""``role``: create, list, set and delete."""

from __future__ import annotations

from tests.client.support.identity import create
from tests.conftest import Run


def test_create_shows_the_rows_of_openstack(run: Run) -> None:
    done = run("role", "create", "--description", "d", "painter")
    rows = [line.split("|")[1].strip() for line in done.out.splitlines()[3:-1]]
    assert rows == ["id", "name", "domain_id", "description"]


def test_or_show_takes_the_role_that_is_there(run: Run) -> None:
    shown = run("role", "create", "--or-show", "reader", "-f", "json").json
    assert shown == run("role", "show", "reader", "-f", "json").json


def test_list_has_the_roles_of_no_domain(run: Run) -> None:
    listed = run("role", "list", "-f", "json").json
    assert {role["Name"] for role in listed} >= {"admin", "member", "reader"}
    assert list(listed[0]) == ["ID", "Name"]


def test_roles_of_a_domain_are_listed_with_its_name(run: Run) -> None:
    create(run, "domain", "Elsewhere")
    argv = ("--domain", "Elsewhere", "-f", "json")
    role = run("role", "create", "reader", *argv).json
    assert run("role", "list", *argv).json == [
        {"ID": role["id"], "Name": "reader", "Domain": "Elsewhere"}
    ]
    assert run("role", "show", "reader", *argv).json == role
    assert run("role", "show", "reader", "-f", "json").json["domain_id"] is None


def test_set_renames_and_protects(run: Run) -> None:
    run("role", "create", "painter")
    argv = ("--name", "artist", "--description", "paints", "--immutable")
    assert run("role", "set", "painter", *argv).exit_code == 0
    shown = run("role", "show", "artist", "-f", "json").json
    assert (shown["description"], shown["options"]) == ("paints", {"immutable": True})
    refused = run("role", "delete", "artist")
    assert refused.exit_code == 3
    assert "Unable to delete immutable role resource" in refused.err


def test_an_immutable_role_is_deleted_once_it_is_not(run: Run) -> None:
    made = run("role", "create", "--no-immutable", "painter", "-f", "json").json
    assert made["options"] == {"immutable": False}
    run("role", "set", "--immutable", "painter")
    assert run("role", "delete", "painter").exit_code == 3
    assert run("role", "set", "--no-immutable", "painter").exit_code == 0
    assert run("role", "delete", "painter").exit_code == 0
    create(run, "role", "--immutable", "artist")
    assert run("role", "delete", "artist").exit_code == 3


def test_delete_removes_several(run: Run) -> None:
    run("role", "create", "one")
    run("role", "create", "two")
    assert run("role", "delete", "one", "two").exit_code == 0
    assert run("role", "show", "one").exit_code == 4
