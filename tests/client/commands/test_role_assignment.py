"""``role assignment list``: columns, names, filters and effective assignments."""

from __future__ import annotations

from mockserver.cloud import MockCloud
from tests.client.support.identity import create
from tests.conftest import Run

LIST = ("role", "assignment", "list")
ADMIN_ON_ADMIN = ("admin", "admin@Default", "", "admin@Default", "", "", False)


def listed(run: Run, *argv: str) -> set[tuple[str, ...]]:
    rows = run(*LIST, "--names", "-f", "json", *argv).json
    return {tuple(row.values()) for row in rows}


def test_ids_stand_in_the_columns_of_openstack(run: Run) -> None:
    user = run("user", "show", "admin", "-f", "json").json["id"]
    project = run("project", "show", "admin", "-f", "json").json["id"]
    role = run("role", "show", "admin", "-f", "json").json["id"]
    assert run(*LIST, "--project", "admin", "-f", "json").json == [
        {
            "Role": role,
            "User": user,
            "Group": "",
            "Project": project,
            "Domain": "",
            "System": "",
            "Inherited": False,
        }
    ]


def test_names_have_their_domain(run: Run) -> None:
    assert ADMIN_ON_ADMIN in listed(run)


def test_filters_narrow_the_list(run: Run) -> None:
    run("user", "create", "--password=x", "mia")
    run("role", "add", "--user", "mia", "--project", "service", "reader")
    run("role", "add", "--user", "mia", "--domain", "default", "--inherited", "reader")
    mine = ("reader", "mia@Default", "", "service@Default", "", "", False)
    inherited = ("reader", "mia@Default", "", "", "Default", "", True)
    assert listed(run, "--user", "mia") == {mine, inherited}
    assert listed(run, "--user", "mia", "--user-domain", "Default") == {mine, inherited}
    assert listed(run, "--role", "reader", "--project", "service") == {mine}
    assert listed(run, "--user", "mia", "--inherited") == {inherited}
    assert listed(run, "--domain", "default") == {inherited}
    assert listed(run, "--system", "all") == {
        ("admin", "admin@Default", "", "", "", "all", False)
    }
    assert listed(run, "--auth-user", "--auth-project") == {ADMIN_ON_ADMIN}


def test_effective_assignments_follow_inheritance(run: Run) -> None:
    run("user", "create", "--password=x", "mia")
    run("role", "add", "--user", "mia", "--domain", "default", "--inherited", "reader")
    projects = {row[3] for row in listed(run, "--user", "mia", "--effective")}
    assert projects == {"admin@Default", "service@Default"}


def test_effective_shows_a_groups_roles_as_its_members(run: Run) -> None:
    user_id = run("user", "create", "--password=x", "mia", "-f", "json").json["id"]
    create(run, "group", "ops")
    run("group", "add", "user", "ops", user_id)
    run("role", "add", "--group", "ops", "--project", "service", "reader")
    made = ("reader", "", "ops@Default", "service@Default", "", "", False)
    assert listed(run, "--group", "ops") == {made}
    assert made in listed(run, "--project", "service")
    assert listed(run, "--user", "mia") == set()
    assert listed(run, "--user", "mia", "--effective") == {
        ("reader", "mia@Default", "", "service@Default", "", "", False)
    }


def test_columns_can_be_chosen(run: Run) -> None:
    done = run(*LIST, "--names", "--project", "admin", "-f", "value", "-c", "Role")
    assert done.out == "admin\n"


def test_a_user_that_is_not_there_is_named(cloud: MockCloud, run: Run) -> None:
    done = run(*LIST, "--user", "nobody")
    assert (done.exit_code, done.err) == (4, "imagectl: No User found for nobody\n")
