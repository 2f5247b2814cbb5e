"""``user password set``: users change their own password."""

from __future__ import annotations

import io

import pytest

from tests.client.support.identity import create
from tests.conftest import Run

CHANGE = ("user", "password", "set")


@pytest.fixture(autouse=True)
def ann(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    create(run, "user", "--password=old", "ann")
    run("role", "add", "--user", "ann", "--project", "service", "member")
    monkeypatch.setenv("OS_USERNAME", "ann")
    monkeypatch.setenv("OS_PASSWORD", "old")
    monkeypatch.setenv("OS_PROJECT_NAME", "service")


def signs_in(run: Run, password: str) -> bool:
    return run("--os-password", password, "token", "issue").exit_code == 0


def test_users_change_their_own_password(run: Run) -> None:
    done = run(*CHANGE, "--password", "new", "--original-password", "old")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert signs_in(run, "new")
    assert not signs_in(run, "old")


def test_missing_passwords_are_prompted_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("old\nnew\nnew\n"))
    done = run(*CHANGE)
    assert (done.exit_code, done.out) == (0, "")
    assert done.err == "Current Password:\nNew Password:\nRepeat New Password:\n"
    assert signs_in(run, "new")


def test_a_wrong_password_changes_nothing(run: Run) -> None:
    done = run(*CHANGE, "--password", "new", "--original-password", "wrong")
    assert done.exit_code == 3
    assert signs_in(run, "old")
