"""``--user-domain``, ``--project-domain`` and the like choose among equal names."""

from __future__ import annotations

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.identity import create
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
OPS = "--group ops --group-domain lab"
OF_GROUP = GRANT.replace("user", "group")
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
    ids["image"] = create(run, "image", "a")
    for line in (
        "group add user {group} {user}",
        "role add --project {project} --user {user} {role}",
        "role add --project {project} --group {group} {role}",
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
        (f"role add {SITE} {OPS} {PAINTER}", f"PUT {OF_GROUP}"),
        (f"role remove {SITE} {OPS} {PAINTER}", f"DELETE {OF_GROUP}"),
        (f"role assignment list {OPS}", "group.id={group}"),
        ("role set --domain lab painter --name p", "PATCH /v3/roles/{role}"),
        ("role delete --domain lab painter", "DELETE /v3/roles/{role}"),
        ("user set --domain lab ann --email a@b.c", "PATCH /v3/users/{user}"),
        ("user delete --domain lab ann", "DELETE /v3/users/{user}"),
        ("project set --domain lab site --tag t", "/v3/projects/{project}"),
        ("project delete --domain lab site", "DELETE /v3/projects/{project}"),
        (f"limit list {SITE}", "project_id={project}"),
        (f"image list {SITE}", "owner={project}"),
        (
            "image remove project a site --project-domain lab",
            "DELETE /v2/images/{image}/members/{project}",
        ),
        ("image member get a site --project-domain lab", "/members/{project}"),
        (f"project cleanup --dry-run {SITE}", "owner={project}"),
    ],
)
def test_commands_act_on_the_resources_of_the_given_domain(
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
        (f"image create b {SITE}", "owner"),
        ("project show --domain lab site", "id"),
    ],
)
def test_create_and_show_find_names_in_the_given_domain(
    run: Run, lab: dict[str, str], line: str, field: str
) -> None:
    made = run(*line.split(), "-f", "json")
    assert made.json[field] == lab["project"]


@pytest.mark.parametrize(
    ("noun", "field"), [("user", "default_project_id"), ("image", "owner")]
)
def test_set_finds_a_project_in_the_given_domain(
    run: Run, lab: dict[str, str], noun: str, field: str
) -> None:
    line = {"user": f"user set {lab['user']} {SITE}", "image": f"image set a {SITE}"}
    assert run(*line[noun].split()).exit_code == 0
    assert run(noun, "show", lab[noun], "-f", "json").json[field] == lab["project"]


@pytest.mark.parametrize(
    ("line", "noun"),
    [
        ("project list --domain lab", "project"),
        ("group list --domain lab", "group"),
        ("user list --domain lab", "user"),
        ("role list --domain lab", "role"),
    ],
)
def test_list_shows_the_resources_of_the_given_domain(
    run: Run, lab: dict[str, str], line: str, noun: str
) -> None:
    assert run(*line.split(), "-f", "value", "-c", "ID").out == f"{lab[noun]}\n"


def test_image_add_project_finds_it_in_the_given_domain(
    run: Run, lab: dict[str, str]
) -> None:
    run("image", "create", "b")
    argv = ("image", "add", "project", "b", "site", "--project-domain", "lab")
    assert run(*argv, "-f", "json").json["member_id"] == lab["project"]


def test_group_show_finds_a_name_in_the_given_domain(
    run: Run, lab: dict[str, str]
) -> None:
    shown = run("group", "show", "--domain", "lab", "ops", "-f", "json")
    assert shown.json["id"] == lab["group"]


def test_endpoint_add_project_finds_it_in_the_given_domain(
    run: Run, lab: dict[str, str]
) -> None:
    endpoint_id = create(run, "endpoint", "glance", "public", "http://a.b")
    add = ("endpoint", "add", "project", endpoint_id, "site")
    assert run(*add, "--project-domain", "lab").exit_code == 0
    listed = run("endpoint", "list", *SITE.split(), "-f", "value", "-c", "ID")
    assert listed.out == f"{endpoint_id}\n"


@pytest.mark.parametrize(
    "line", ["group contains user ops ann", "limit list --project site"]
)
def test_an_ambiguous_name_without_its_domain_is_refused(
    run: Run, lab: dict[str, str], line: str
) -> None:
    assert run(*line.split()).exit_code == 5


def test_image_member_list_accepts_a_domain_and_ignores_it(
    run: Run, lab: dict[str, str]
) -> None:
    """As scripts give it: it names no project, and changes nothing."""
    argv = ("image", "member", "list", "a", "--project-domain", "lab", "-f", "json")
    assert [row["Member ID"] for row in run(*argv).json] == [lab["project"]]


@pytest.mark.fault(5)
@pytest.mark.parametrize(
    "command_line",
    [
        "credential list --user-domain default",
        "endpoint group list --domain default",
        "group list --user-domain default",
        "image list --project-domain default",
        "image member set a --accept --project-domain default",
        "limit list --project-domain default",
        "project cleanup --auth-project --auto-approve --project-domain default",
        "role add --system all --user admin --project-domain default reader",
        "role assignment list --group-domain default",
    ],
)
def test_a_domain_without_its_name_is_no_lost_filter(
    run: Run, cloud: MockCloud, command_line: str
) -> None:
    run("image", "create", "a")
    cloud.journal.clear()
    outcome = run(*command_line.split())
    assert (outcome.exit_code, outcome.out) == (2, "")
    assert "-domain needs the" in outcome.err or "--domain needs the" in outcome.err
    assert {entry.method for entry in cloud.journal} <= {"GET"}
