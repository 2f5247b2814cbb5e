"""``service``: create, show, list, set and delete."""

from __future__ import annotations

from tests.conftest import Run


def test_create_prints_the_rows_of_the_documents(run: Run) -> None:
    argv = ("--name", "glance", "--description", "OpenStack Image", "image")
    done = run("service", "create", *argv)
    rows = [
        tuple(cell.strip() for cell in line.split("|")[1:3])
        for line in done.out.splitlines()[3:-1]
    ]
    assert [row for row in rows if row[0] != "id"] == [
        ("description", "OpenStack Image"),
        ("enabled", "True"),
        ("name", "glance"),
        ("type", "image"),
    ]


def test_a_service_is_found_by_id_name_and_type(run: Run) -> None:
    made = run("service", "create", "--name", "nova", "compute", "-f", "json").json
    for given in (made["id"], "nova", "compute"):
        assert run("service", "show", given, "-f", "json").json == made


def test_a_type_that_two_services_have_is_ambiguous(run: Run) -> None:
    run("service", "create", "--name", "one", "compute")
    run("service", "create", "--name", "two", "compute")
    done = run("service", "show", "compute")
    assert done.exit_code == 5
    assert "hint: give its id instead\n" in done.err


def test_list_has_the_columns_of_openstack(run: Run) -> None:
    assert list(run("service", "list", "-f", "json").json[0]) == ["ID", "Name", "Type"]
    long = run("service", "list", "--long", "-f", "json").json
    assert list(long[0]) == ["ID", "Name", "Type", "Description", "Enabled"]


def test_set_changes_what_it_is_told(run: Run) -> None:
    made = run("service", "create", "--name", "nova", "compute", "-f", "json").json
    argv = ("--name", "n2", "--type", "t2", "--description", "d", "--disable")
    assert run("service", "set", "nova", *argv).exit_code == 0
    assert run("service", "show", "t2", "-f", "json").json == {
        **made,
        "name": "n2",
        "type": "t2",
        "description": "d",
        "enabled": False,
    }


def test_delete_takes_a_type(run: Run) -> None:
    run("service", "create", "compute")
    assert run("service", "delete", "compute").exit_code == 0
    assert run("service", "show", "compute").exit_code == 4
