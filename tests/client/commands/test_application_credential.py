"""``application credential`` and ``access rule``."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.identity import create
from tests.conftest import Run

NOUN = ("application", "credential")
RULES = '[{"method": "GET", "path": "/v2/images", "service": "image"}]'
COLUMNS = [
    "ID",
    "Name",
    "Description",
    "Project ID",
    "Roles",
    "Unrestricted",
    "Access Rules",
    "Expires At",
]


def test_the_secret_is_shown_once(run: Run) -> None:
    made = run(*NOUN, "create", "ci", "-f", "json").json
    assert set(COLUMNS) | {"Secret"} <= made.keys()
    assert len(made["Secret"]) > 30
    shown = run(*NOUN, "show", "ci", "-f", "json").json
    assert shown == {key: cell for key, cell in made.items() if key != "Secret"}
    assert made["Secret"] not in run(*NOUN, "list", "-f", "json").out


def test_it_signs_in_with_its_secret_and_has_only_its_roles(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = ("--secret", "s3cret", "--role", "reader", "--unrestricted")
    made = run(*NOUN, "create", "ci", *argv, "-f", "json").json
    assert (made["Secret"], made["Unrestricted"]) == ("s3cret", True)
    assert [role["name"] for role in made["Roles"]] == ["reader"]
    for name in ("USERNAME", "PASSWORD", "PROJECT_NAME", "PROJECT_DOMAIN_NAME"):
        monkeypatch.delenv(f"OS_{name}", raising=False)
    monkeypatch.delenv("OS_USER_DOMAIN_NAME")
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", made["ID"])
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", "s3cret")
    assert run("token", "issue").exit_code == 0
    assert run("project", "create", "more").exit_code == 3


def test_a_table_shows_roles_and_rules_in_words(run: Run) -> None:
    argv = ("--role", "reader", "--access-rules", RULES)
    made = run(*NOUN, "create", "ci", *argv)
    assert "reader" in made.out
    assert "GET /v2/images (image)" in made.out
    listed = run(*NOUN, "list", "-c", "Roles", "-c", "Access Rules").out.splitlines()
    assert listed[3] == "| reader | GET /v2/images (image) |"
    assert list(run(*NOUN, "list", "-f", "json").json[0]) == COLUMNS


@pytest.mark.parametrize(
    ("argv", "is_unrestricted"),
    [
        ((), False),
        (("--unrestricted",), True),
        (("--restricted",), False),
        (("--unrestricted", "--restricted"), False),
    ],
)
def test_it_is_restricted_unless_told_otherwise(
    run: Run, argv: tuple[str, ...], is_unrestricted: bool
) -> None:
    made = run(*NOUN, "create", "ci", "--description", "d", *argv, "-f", "json").json
    assert (made["Description"], made["Unrestricted"]) == ("d", is_unrestricted)


def test_rules_are_read_from_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(RULES)
    created = ("--access-rules", str(path), "-f", "json")
    [rule] = run(*NOUN, "create", "ci", *created).json["Access Rules"]
    assert (rule["method"], rule["path"]) == ("GET", "/v2/images")


def test_rules_that_cannot_be_read_create_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    assert run(*NOUN, "create", "ci", "--access-rules", str(path)).exit_code == 1
    path.write_text("no rules")
    done = run(*NOUN, "create", "ci", "--access-rules", str(path))
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert run(*NOUN, "list", "-f", "json").json == []


def test_it_expires_when_it_was_told_to(cloud: MockCloud, run: Run) -> None:
    argv = ("--expiration", "2099-01-02T03:04:05", "-f", "json")
    made = run(*NOUN, "create", "ci", *argv).json
    assert made["Expires At"].startswith("2099-01-02T03:04:05")
    assert run(*NOUN, "create", "no", "--expiration", "tomorrow").exit_code == 2


def test_those_of_another_user_are_listed_for_an_administrator(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("domain", "create", "lab")
    create(run, "user", "--password=x", "ann", "--domain", "lab")
    ann_id = create(run, "user", "--password=x", "ann")
    run("role", "add", "--user", ann_id, "--project", "service", "member")
    with monkeypatch.context() as ann:
        ann.setenv("OS_USERNAME", "ann")
        ann.setenv("OS_PASSWORD", "x")
        ann.setenv("OS_PROJECT_NAME", "service")
        create(run, "application credential", "ci", "--access-rules", RULES)
    assert run(*NOUN, "list", "-f", "json").json == []
    whose = ("--user", "ann", "--user-domain", "Default")
    listed = run(*NOUN, "list", *whose, "-f", "value", "-c", "Name")
    assert listed.out == "ci\n"
    rules = ("access", "rule", "list", *whose)
    assert run(*rules).exit_code == 3
    monkeypatch.setenv("OS_SYSTEM_SCOPE", "all")
    monkeypatch.delenv("OS_PROJECT_NAME")
    assert run(*rules, "-f", "value", "-c", "Path").out == "/v2/images\n"


def test_delete_goes_on_after_a_failure(run: Run) -> None:
    create(run, "application credential", "ci")
    done = run(*NOUN, "delete", "nothing", "ci")
    assert done.exit_code == 4
    assert done.err.startswith("imagectl: No Application credential found for nothing")
    assert run(*NOUN, "list", "-f", "json").json == []


def test_an_access_rule_goes_once_nothing_uses_it(run: Run) -> None:
    create(run, "application credential", "ci", "--access-rules", RULES)
    [rule] = run("access", "rule", "list", "-f", "json").json
    assert list(rule) == ["ID", "Service", "Method", "Path"]
    shown = run("access", "rule", "show", rule["ID"], "-f", "json").json
    assert shown == rule
    assert run("access", "rule", "delete", rule["ID"]).exit_code == 3
    run(*NOUN, "delete", "ci")
    assert run("access", "rule", "delete", rule["ID"]).exit_code == 0
    assert run("access", "rule", "show", rule["ID"]).exit_code == 4
