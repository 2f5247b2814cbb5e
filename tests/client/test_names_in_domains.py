"""Where a name is in two domains, ``--user-domain`` and the like say which one."""

from __future__ import annotations

import pytest

from mockserver.cloud import MockCloud
from tests.client.identity import create
from tests.conftest import Run

TWINS = {
    "user": ("--password=x", "ann"),
    "group": ("ops",),
    "project": ("site",),
    "role": ("painter",),
}
MEMBER = "/v3/groups/{group}/users/{user}"
GRANT = "/v3/projects/{project}/users/{user}/roles/{role}"
BOTH = "ops ann --group-domain lab --user-domain lab"
SITE = "--project site --project-domain lab"
ANN = "--user ann --user-domain lab"
PAINTER = "painter --role-domain lab"


@pytest.fixture
def lab(run: Run, cloud: MockCloud) -> dict[str, str]:
    """The ids of what the domain ``lab`` has; another has all by the same names."""
    create(run, "domain", "lab")
    for noun, argv in TWINS.items():
        create(run, noun, *argv)
    ids = {n: create(run, n, "--domain=lab", *argv) for n, argv in TWINS.items()}
    argv = ("images", "--service", "glance", "--default-limit", "5")
    create(run, "registered limit", *argv)
    create(run, "image", "a")
    for line in (
        "group add user {group} {user}",
        "role add --project {project} --user {user} {role}",
        "image add project a {project}",
    ):
        assert run(*line.format(**ids).split()).exit_code == 0
    cloud.journal.clear()
    return ids


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (f"group add user {BOTH}", f"PUT {MEMBER}"),
        (f"group contains user {BOTH}", f"HEAD {MEMBER}"),
        (f"group remove user {BOTH}", f"DELETE {MEMBER}"),
        (f"group list {ANN}", "GET /v3/users/{user}/groups"),
        (f"role add {SITE} {ANN} {PAINTER}", f"PUT {GRANT}"),
        (f"role remove {SITE} {ANN} {PAINTER}", f"DELETE {GRANT}"),
        (
            f"role assignment list {SITE} --role {PAINTER}",
            "role.id={role}&scope.project.id={project}",
        ),
        (f"limit list {SITE}", "project_id={project}"),
        ("image member get a site --project-domain lab", "/members/{project}"),
        (f"project cleanup --dry-run {SITE}", "owner={project}"),
    ],
)
def test_the_domain_that_is_given_chooses(
    run: Run, cloud: MockCloud, lab: dict[str, str], line: str, asked: str
) -> None:
    done = run(*line.split())
    assert (done.exit_code, done.err) == (0, "")
    requests = [f"{e.method} {e.path}?{e.query}" for e in cloud.journal]
    assert [one for one in requests if asked.format(**lab) in one]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (
            f"limit create images --service glance --resource-limit 3 {SITE}",
            "project_id",
        ),
        (f"user create eve --password x {SITE}", "default_project_id"),
    ],
)
def test_what_is_created_is_of_the_domain_that_is_given(
    run: Run, lab: dict[str, str], line: str, field: str
) -> None:
    made = run(*line.split(), "-f", "json")
    assert made.json[field] == lab["project"]


def test_a_user_is_set_a_project_of_the_domain_that_is_given(
    run: Run, lab: dict[str, str]
) -> None:
    assert run("user", "set", lab["user"], *SITE.split()).exit_code == 0
    shown = run("user", "show", lab["user"], "-f", "json").json
    assert shown["default_project_id"] == lab["project"]


@pytest.mark.parametrize(
    "line", ["group contains user ops ann", "limit list --project site"]
)
def test_without_its_domain_such_a_name_says_too_little(
    run: Run, lab: dict[str, str], line: str
) -> None:
    assert run(*line.split()).exit_code == 5


def test_a_list_of_members_takes_the_domain_that_it_has_no_use_for(
    run: Run, lab: dict[str, str]
) -> None:
    """As scripts give it: it names no project, and changes nothing."""
    argv = ("image", "member", "list", "a", "--project-domain", "lab", "-f", "json")
    assert [row["Member ID"] for row in run(*argv).json] == [lab["project"]]
