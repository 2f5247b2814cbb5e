"""``role add`` and ``role remove``, for users and groups, on every kind of scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.client.support.identity import create
from tests.conftest import Run

MIA = ("--user", "mia")


@pytest.fixture(autouse=True)
def mia(run: Run) -> str:
    return str(run("user", "create", "--password=pw", "mia", "-f", "json").json["id"])


def assigned(run: Run, *argv: str) -> list[tuple[str, ...]]:
    command = ("role", "assignment", "list", *MIA, "--names", "-f", "json")
    return [tuple(row.values()) for row in run(*command, *argv).json]


def test_a_role_on_a_project_is_added_in_silence(run: Run) -> None:
    done = run("role", "add", "--project", "service", *MIA, "admin")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert assigned(run) == [
        ("admin", "mia@Default", "", "service@Default", "", "", False)
    ]


def test_a_role_is_added_on_domain_and_system_and_inherited(run: Run) -> None:
    run("role", "add", "--domain", "default", *MIA, "reader")
    run("role", "add", "--system", "all", *MIA, "reader")
    run("role", "add", "--project", "admin", *MIA, "--inherited", "reader")
    assert sorted(assigned(run)) == [
        ("reader", "mia@Default", "", "", "", "all", False),
        ("reader", "mia@Default", "", "", "Default", "", False),
        ("reader", "mia@Default", "", "admin@Default", "", "", True),
    ]


def test_a_role_is_removed(run: Run) -> None:
    place = ("--project", "service", *MIA)
    run("role", "add", *place, "member")
    assert run("role", "remove", *place, "member").exit_code == 0
    assert assigned(run) == []
    again = run("role", "remove", *place, "member")
    assert again.exit_code == 4
    assert "(HTTP 404)" in again.err


@pytest.mark.parametrize(
    "place",
    [
        ("--project", "service"),
        ("--domain", "default"),
        ("--system", "all"),
        ("--project", "service", "--inherited"),
    ],
    ids=["project", "domain", "system", "inherited"],
)
def test_a_role_is_added_to_a_group_and_removed(
    run: Run, place: tuple[str, ...]
) -> None:
    create(run, "group", "ops")
    done = run("role", "add", *place, "--group", "ops", "reader")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    command = ("role", "assignment", "list", "--group", "ops", "--names", "-f", "json")
    [row] = run(*command).json
    assert (row["Role"], row["User"], row["Group"]) == ("reader", "", "ops@Default")
    assert row["Inherited"] is ("--inherited" in place)
    assert run("role", "remove", *place, "--group", "ops", "reader").exit_code == 0
    assert run(*command).json == []


def test_a_group_is_found_in_its_domain(run: Run) -> None:
    create(run, "domain", "other")
    create(run, "group", "ops")
    group_id = create(run, "group", "ops", "--domain", "other")
    place = ("--project", "service", "--group", "ops", "--group-domain", "other")
    assert run("role", "add", *place, "reader").exit_code == 0
    [row] = run("role", "assignment", "list", "--group", group_id, "-f", "json").json
    assert row["Group"] == group_id


@pytest.mark.parametrize(
    "argv", [("nobody", "member"), ("mia", "nothing")], ids=["user", "role"]
)
def test_an_unknown_user_or_role_is_named(run: Run, argv: tuple[str, str]) -> None:
    done = run("role", "add", "--project", "service", "--user", *argv)
    assert done.exit_code == 4
    assert done.err.startswith("imagectl: No ")


def test_a_refusal_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("role", "add", "--project", "service", *MIA, "member")
    monkeypatch.setenv("OS_USERNAME", "mia")
    monkeypatch.setenv("OS_PASSWORD", "pw")
    monkeypatch.setenv("OS_PROJECT_NAME", "service")
    done = run("role", "add", "--project", "service", *MIA, "admin")
    assert done.exit_code == 3
    assert "(HTTP 403)" in done.err


@pytest.mark.parametrize(
    "argv",
    [
        ("member",),
        ("--project", "service", "member"),
        (*MIA, "member"),
        ("--project", "service", "--domain", "default", *MIA, "member"),
        ("--system", "all", "--inherited", *MIA, "member"),
        ("--system", "some", *MIA, "member"),
    ],
)
def test_one_receiver_and_one_place_are_needed(run: Run, argv: tuple[str, ...]) -> None:
    assert run("role", "add", *argv).exit_code == 2


@pytest.mark.fault(4)
@pytest.mark.parametrize("given", ["{}#", "{}?a", "../projects/{}#", "{}/", "{};a"])
def test_a_grant_is_removed_and_never_the_project(
    run: Run, mia: str, given: str, cases: Callable[[int], None]
) -> None:
    project_id = create(run, "project", "precious")
    for receiver, place in (
        (mia, given.format(project_id)),
        (given.format(mia).replace("projects", "users"), project_id),
    ):
        cases(1)
        argv = ("--project", place, "--user", receiver, "member")
        assert run("role", "remove", *argv).exit_code == 4
    assert run("project", "show", project_id).exit_code == 0
    assert run("user", "show", mia).exit_code == 0
