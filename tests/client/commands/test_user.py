"""``user``: create, show, list, set and delete, with password prompts."""

from __future__ import annotations

import io

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.identity import create
from tests.conftest import Run


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{x}\n" for x in lines)))


def test_create_prints_the_rows_of_the_documents(run: Run) -> None:
    done = run("user", "create", "--password", "pw", "glance")
    assert [line.split("|")[1].strip() for line in done.out.splitlines()[3:-1]] == [
        "domain_id",
        "enabled",
        "id",
        "name",
    ]
    assert done.exit_code == 0
    assert done.err == ""


def test_create_prints_a_row_for_whatever_else_was_set(run: Run) -> None:
    argv = ("--password", "pw", "--email", "a@b.c", "--project", "admin")
    done = run("user", "create", *argv, "glance")
    rows = [line.split("|")[1].strip() for line in done.out.splitlines()[3:-1]]
    assert rows[4:] == ["default_project_id", "email"]


def test_create_in_json_has_every_key_that_openstack_prints(run: Run) -> None:
    argv = ("--disable", "--ignore-password-expiry", "--description", "of images")
    shown = run("user", "create", *argv, "--password=pw", "glance", "-f", "json").json
    assert shown == {
        "domain_id": "default",
        "enabled": False,
        "id": shown["id"],
        "name": "glance",
        "default_project_id": None,
        "email": None,
        "description": "of images",
        "password_expires_at": None,
        "options": {"ignore_password_expiry": True},
    }


def test_a_script_answers_both_password_prompts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "GLANCE_PASS", "GLANCE_PASS")
    done = run("user", "create", "--password-prompt", "glance")
    assert done.exit_code == 0
    assert done.err == "User Password:\nRepeat User Password:\n"
    monkeypatch.setenv("OS_USERNAME", "glance")
    monkeypatch.setenv("OS_PASSWORD", "GLANCE_PASS")
    monkeypatch.delenv("OS_PROJECT_NAME")
    assert run("token", "issue").exit_code == 0


def test_passwords_that_differ_create_no_user(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "one", "two")
    done = run("user", "create", "--password-prompt", "glance")
    assert done.exit_code == 1
    assert "imagectl: The two passwords are not the same.\n" in done.err
    assert run("user", "show", "glance").exit_code == 4


def test_no_answer_to_the_prompt_is_an_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch)
    done = run("user", "create", "--password-prompt", "glance")
    assert done.exit_code == 1
    assert "No password was entered." in done.err


def test_a_user_without_a_password_is_created_with_a_warning(run: Run) -> None:
    done = run("user", "create", "glance")
    assert done.exit_code == 0
    said = "No password was given: the user cannot log in with one."
    assert done.err == f"imagectl: {said}\n"


def test_or_show_takes_the_user_that_is_there(run: Run) -> None:
    first = run("user", "create", "--password=x", "glance", "-f", "json").json
    again = ("user", "create", "--password=x", "glance", "-f", "json")
    assert run(*again, "--or-show").json == first
    refused = run(*again)
    assert refused.exit_code == 5
    assert "(HTTP 409)" in refused.err


def test_show_finds_a_user_in_the_domain_given(run: Run) -> None:
    domain_id = create(run, "domain", "Elsewhere")
    run("user", "create", "--password=x", "glance")
    options = "--password=x --domain Elsewhere glance -f json"
    there = run("user", "create", *options.split()).json
    assert there["domain_id"] == domain_id
    assert run("user", "show", "glance").exit_code == 5
    for domain in ("Elsewhere", domain_id):
        shown = run("user", "show", "--domain", domain, "glance", "-f", "json")
        assert shown.json == there


def test_list_has_the_columns_of_openstack(run: Run) -> None:
    assert list(run("user", "list", "-f", "json").json[0]) == ["ID", "Name"]
    assert list(run("user", "list", "--long", "-f", "json").json[0]) == [
        "ID",
        "Name",
        "Project",
        "Domain",
        "Description",
        "Email",
        "Enabled",
    ]


def test_limit_and_max_items_are_both_the_total(run: Run) -> None:
    for name in ("u1", "u2", "u3"):
        run("user", "create", "--password=x", name)
    names = run("user", "list", "-f", "value", "-c", "Name").out.split()
    ids = run("user", "list", "-f", "value", "-c", "ID").out.split()

    def listed(*argv: str) -> list[str]:
        return run("user", "list", "-f", "value", "-c", "Name", *argv).out.split()

    assert listed("--limit", "2") == names[:2]
    assert listed("--max-items", "3", "--limit", "1") == names[:1]
    assert listed("--limit", "0") == []
    assert listed("--marker", ids[0], "--limit", "2") == names[1:3]
    assert run("user", "list", "--limit", "-1").exit_code == 2


def test_list_filters_by_enabled(run: Run) -> None:
    run("user", "create", "--password=x", "--disable", "idle")
    disabled = run("user", "list", "--disabled", "-f", "value", "-c", "Name")
    assert disabled.out.split() == ["idle"]
    enabled = run("user", "list", "--enabled", "-f", "value", "-c", "Name")
    assert enabled.out.split() == ["admin"]


def test_list_by_project_sends_no_request_for_each_user(
    cloud: MockCloud, run: Run
) -> None:
    for name in ("u1", "u2", "u3"):
        run("user", "create", "--password=x", name)
        run("role", "add", "--user", name, "--project", "service", "member")
    cloud.journal.clear()
    listed = run("user", "list", "--project", "service", "-f", "value", "-c", "Name")
    assert sorted(listed.out.split()) == ["u1", "u2", "u3"]
    assert len(cloud.journal) <= 3  # the project, its assignments, the users
    long = run("user", "list", "--project", "service", "--long", "-f", "json").json
    assert {user["Domain"] for user in long} == {"default"}
    one = run("user", "list", "--project", "service", "--limit", "1", "-f", "json").json
    assert len(one) == 1


def test_set_changes_what_it_is_told_and_nothing_else(run: Run) -> None:
    before = run("user", "create", "--password=x", "glance", "-f", "json").json
    assert run("user", "set", "glance").exit_code == 0
    argv = (
        "--name",
        "images",
        "--email",
        "i@x.y",
        "--disable",
        "--enable-lock-password",
    )
    done = run("user", "set", "glance", *argv)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert run("user", "show", "images", "-f", "json").json == {
        **before,
        "name": "images",
        "email": "i@x.y",
        "enabled": False,
        "options": {"lock_password": True},
    }


@pytest.mark.parametrize(
    ("on", "off", "key"),
    [
        (
            "--ignore-lockout-failure-attempts",
            "--no-ignore-lockout-failure-attempts",
            "ignore_lockout_failure_attempts",
        ),
        (
            "--ignore-password-expiry",
            "--no-ignore-password-expiry",
            "ignore_password_expiry",
        ),
        (
            "--ignore-change-password-upon-first-use",
            "--no-ignore-change-password-upon-first-use",
            "ignore_change_password_upon_first_use",
        ),
        ("--enable-lock-password", "--disable-lock-password", "lock_password"),
        (
            "--enable-multi-factor-auth",
            "--disable-multi-factor-auth",
            "multi_factor_auth_enabled",
        ),
    ],
)
def test_set_reverses_each_option_that_create_gave(
    run: Run, on: str, off: str, key: str
) -> None:
    for first, later, is_on in ((on, off, True), (off, on, False)):
        made = run("user", "create", "--password=x", first, f"u{first}", "-f", "json")
        assert made.json["options"] == {key: is_on}
        assert run("user", "set", made.json["id"], later).exit_code == 0
        shown = run("user", "show", made.json["id"], "-f", "json").json
        assert shown["options"] == {key: not is_on}


def test_multi_factor_rules_are_kept_as_alternatives(run: Run) -> None:
    rules = [["password", "totp"], ["password", "token"]]
    first, second = (f"--multi-factor-auth-rule={','.join(rule)}" for rule in rules)
    made = run("user", "create", "--password=x", first, second, "ann", "-f", "json")
    assert made.json["options"] == {"multi_factor_auth_rules": rules}
    change = ("user", "set", "ann", "--multi-factor-auth-rule", "password,totp")
    assert run(*change, "--description", "d").exit_code == 0
    shown = run("user", "show", "ann", "-f", "json").json
    assert shown["options"] == {"multi_factor_auth_rules": rules[:1]}
    assert shown["description"] == "d"


def test_a_new_password_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("user", "create", "--password=old", "ann")
    answer(monkeypatch, "new", "new")
    assert run("user", "set", "ann", "--password-prompt").exit_code == 0
    monkeypatch.delenv("OS_PROJECT_NAME")
    for password, exit_code in (("old", 3), ("new", 0)):
        login = ("--os-username", "ann", "--os-password", password)
        assert run(*login, "token", "issue").exit_code == exit_code


def test_delete_goes_on_after_a_failure(run: Run) -> None:
    run("user", "create", "--password=x", "u1")
    done = run("user", "delete", "nobody", "u1")
    assert done.exit_code == 4
    assert done.err.splitlines() == [
        "imagectl: No User found for nobody",
        "imagectl: 1 of 2 failed",
    ]
    assert run("user", "show", "u1").exit_code == 4


def test_the_members_of_a_group_are_listed(run: Run) -> None:
    create(run, "group", "ops")
    for name, state in (("ann", "--enable"), ("bob", "--disable"), ("eve", "--enable")):
        argv = ("user", "create", "--password=x", state, name, "-f", "json")
        user_id = run(*argv).json["id"]
        if name != "eve":
            run("group", "add", "user", "ops", user_id)

    def listed(*argv: str) -> list[str]:
        done = run("user", "list", "--group", "ops", "-f", "value", "-c", "Name", *argv)
        assert done.exit_code == 0
        return sorted(done.out.split())

    assert listed() == ["ann", "bob"]
    assert listed("--enabled") == ["ann"]
    assert listed("--domain", "Default") == ["ann", "bob"]


def test_a_group_that_is_not_there_is_named(run: Run) -> None:
    done = run("user", "list", "--group", "nothing")
    assert (done.exit_code, done.err) == (4, "imagectl: No Group found for nothing\n")


@pytest.mark.fault(7)
def test_an_empty_password_changes_none_and_is_told_so(run: Run) -> None:
    run("user", "create", "bob", "--password", "old")
    outcome = run("user", "set", "bob", "--password", "", "--email", "b@h")
    assert outcome.exit_code == 0
    said = "imagectl: No password was given: that of the user stays as it is.\n"
    assert outcome.err == said
    assert run("user", "show", "bob", "-f", "json").json["email"] == "b@h"
