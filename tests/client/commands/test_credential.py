"""``credential``: create, list, set and delete."""

from __future__ import annotations

from mockserver.cloud import MockCloud
from tests.client.support.identity import create
from tests.conftest import Run


def test_create_shows_the_rows_of_openstack(run: Run) -> None:
    argv = ("credential", "create", "admin", "key", "--project", "service")
    made = run(*argv, "-f", "json").json
    assert (made["blob"], made["type"]) == ("key", "cert")
    assert made.keys() == {"id", "type", "user_id", "project_id", "blob"}
    assert run("credential", "show", made["id"], "-f", "json").json == made


def test_list_filters_by_user_and_type(run: Run) -> None:
    create(run, "user", "--password=x", "ann")
    create(run, "credential", "admin", "a")
    create(run, "credential", "ann", "b", "--type", "totp")

    def listed(*argv: str) -> list[str]:
        return run("credential", "list", *argv, "-f", "value", "-c", "Data").out.split()

    assert sorted(listed()) == ["a", "b"]
    assert listed("--user", "ann", "--user-domain", "default") == ["b"]
    assert listed("--type", "cert") == ["a"]
    row = run("credential", "list", "-f", "json").json[0]
    assert list(row) == ["ID", "Type", "User ID", "Data", "Project ID"]


def test_set_accepts_the_options_that_openstack_requires(
    cloud: MockCloud, run: Run
) -> None:
    made = create(run, "credential", "admin", "old", "--project", "service")
    assert run("credential", "set", made, "--data", "new").exit_code == 0
    same = ("--user", "admin", "--type", "cert", "--project", "service")
    assert run("credential", "set", made, *same, "--data", "newer").exit_code == 0
    assert run("credential", "show", made, "-f", "json").json["blob"] == "newer"
    cloud.journal.clear()
    assert run("credential", "set", made, *same, "--data", "newer").exit_code == 0
    assert "PATCH" not in {exchange.method for exchange in cloud.journal}


def test_set_says_why_the_service_refuses_another_type(run: Run) -> None:
    made = create(run, "credential", "admin", "old")
    done = run("credential", "set", made, "--type", "ec2")
    assert (done.exit_code, "(HTTP 400)" in done.err) == (1, True)


def test_delete_reports_a_missing_credential_and_goes_on(run: Run) -> None:
    made = create(run, "credential", "admin", "key")
    done = run("credential", "delete", "nothing", made)
    assert (done.exit_code, done.err.count("\n")) == (4, 2)
    assert run("credential", "list", "-f", "json").json == []
