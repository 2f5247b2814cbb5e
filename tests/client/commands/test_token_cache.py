"""``token cache list`` and ``clear``, and one cache shared by several processes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Run

IMAGE_LIST = [sys.executable, "-m", "imagectl", "image", "list", "-f", "json"]
PROCESSES = 6


def token_files(home: Path) -> list[Path]:
    return sorted(home.glob(".cache/imagectl/tokens/*.json"))


def test_list_names_whose_tokens_are_kept_and_shows_none(
    run: Run, home: Path, credentials: Mapping[str, str]
) -> None:
    assert run("token", "cache", "list", "-f", "json").json == []
    run("image", "list")
    outcome = run("token", "cache", "list", "-f", "json")
    (row,) = outcome.json
    assert row.pop("Expires")[:2] == "20"
    assert row == {
        "User": "admin",
        "Scope": "project admin",
        "Auth URL": credentials["OS_AUTH_URL"],
    }
    assert json.loads(token_files(home)[0].read_text())["token"] not in outcome.out


@pytest.mark.parametrize("scope", ["system", "domain Default"])
def test_list_names_other_scopes(
    run: Run, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    for name in ("PROJECT_NAME", "PROJECT_DOMAIN_NAME", "PROJECT_DOMAIN_ID"):
        monkeypatch.delenv(f"OS_{name}", raising=False)
    kind, _, name = scope.partition(" ")
    if name:
        argv = ["role", "add", "--domain", name, "--user", "admin", "admin"]
        assert run("--os-project-name", "admin", *argv).exit_code == 0
        run("token", "cache", "clear")
    variable = {"system": "OS_SYSTEM_SCOPE", "domain": "OS_DOMAIN_NAME"}[kind]
    monkeypatch.setenv(variable, name or "all")
    assert run("user", "list").exit_code == 0
    (row,) = run("token", "cache", "list", "-f", "json").json
    assert row["Scope"] == scope


def test_clear_forgets_and_the_next_command_signs_in_again(
    run: Run, home: Path, cloud: MockCloud
) -> None:
    run("image", "list")
    assert run("token", "cache", "clear").exit_code == 0
    assert token_files(home) == []
    assert run("token", "cache", "clear").exit_code == 0
    cloud.journal.clear()
    assert run("image", "list").exit_code == 0
    assert "POST" in {exchange.method for exchange in cloud.journal}


def test_clear_removes_what_cannot_be_read(run: Run, home: Path) -> None:
    run("image", "list")
    (path,) = token_files(home)
    path.write_text("{")
    assert run("token", "cache", "list", "-f", "json").json == []
    run("token", "cache", "clear")
    assert token_files(home) == []


def test_processes_at_once_share_one_private_token(
    credentials: Mapping[str, str], home: Path
) -> None:
    before = os.umask(0)
    try:
        running = [
            subprocess.Popen(IMAGE_LIST, stdout=subprocess.PIPE, text=True)
            for _ in range(PROCESSES)
        ]
        told = [process.communicate(timeout=60)[0] for process in running]
    finally:
        os.umask(before)
    assert [process.returncode for process in running] == [0] * PROCESSES
    assert [json.loads(out) for out in told] == [[]] * PROCESSES
    directory = home / ".cache/imagectl/tokens"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert len(token_files(home)) == 1
    assert {stat.S_IMODE(p.stat().st_mode) for p in directory.iterdir()} == {0o600}
    assert {p.name for p in directory.iterdir()} == {"key", token_files(home)[0].name}
