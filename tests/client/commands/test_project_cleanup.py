"""``project cleanup``: what it deletes, skips and asks first."""

from __future__ import annotations

import io

import pytest

from tests.conftest import Run

CLEANUP = ("project", "cleanup")


@pytest.fixture(autouse=True)
def images(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name in ("one", "two"):
        run("image", "create", name, "--project", "service", "--community")
    run("image", "create", "other")


def names(run: Run) -> set[str]:
    argv = ("image", "list", "--all", "-f", "value", "-c", "Name")
    return set(run(*argv).out.split())


def test_a_dry_run_lists_what_would_go(run: Run) -> None:
    done = run(*CLEANUP, "--project", "service", "--dry-run")
    assert (done.exit_code, done.err) == (0, "")
    shown = [line.split("|")[3].strip() for line in done.out.splitlines()[3:-1]]
    assert sorted(shown) == ["one", "two"]
    assert names(run) == {"one", "two", "other"}


def test_cleanup_deletes_only_after_confirmation(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ("n\n", "\n", "perhaps\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert run(*CLEANUP, "--project", "service").exit_code == 0
        assert names(run) == {"one", "two", "other"}
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert run(*CLEANUP, "--project", "service").exit_code == 0
    assert names(run) == {"other"}


@pytest.mark.fault("P30")
def test_a_question_that_nobody_answers_is_an_error(run: Run) -> None:
    done = run(*CLEANUP, "--project", "service")
    assert done.exit_code == 2
    assert done.err.splitlines()[1:] == [
        "imagectl: Nothing was deleted: nobody answered.",
        "hint: --auto-approve deletes without asking",
    ]
    assert names(run) == {"one", "two", "other"}


@pytest.mark.fault(7)
def test_a_table_that_nobody_sees_is_not_asked_about(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    monkeypatch.setattr("sys.stdout", None)
    assert run(*CLEANUP, "--project", "service").exit_code == 74
    assert run(*CLEANUP, "--project", "service", "--auto-approve").exit_code == 74
    monkeypatch.undo()


def test_the_own_project_is_cleaned_without_a_question(run: Run) -> None:
    assert run(*CLEANUP, "--auth-project", "--auto-approve").exit_code == 0
    assert names(run) == {"one", "two"}


def test_skipped_and_newer_resources_stay(run: Run) -> None:
    own = (*CLEANUP, "--auth-project", "--auto-approve")
    assert run(*own, "--skip-resource", "image").exit_code == 0
    assert run(*own, "--created-before", "2000-01-01T00:00:00").exit_code == 0
    assert names(run) == {"one", "two", "other"}
    assert run(*own, "--updated-before", "2999-01-01T00:00:00").exit_code == 0
    assert names(run) == {"one", "two"}


def test_an_image_that_is_protected_is_named_and_the_others_go(run: Run) -> None:
    run("image", "create", "kept", "--project", "service", "--protected")
    done = run(*CLEANUP, "--project", "service", "--auto-approve")
    assert (done.exit_code, done.err.count("\n")) == (3, 2)
    assert names(run) == {"kept", "other"}
