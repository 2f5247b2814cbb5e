"""``complete``: completion by real shells: bash, and zsh and fish where installed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from imagectl.api.names import FRESH_S, RETRY_S, fetch_command
from mockserver.cloud import MockCloud
from tests.conftest import Run

HOSTILE = "$(touch pwned) `x`"


def print_script(*argv: str) -> str:
    command = [sys.executable, "-m", "imagectl", "complete", *argv]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def script() -> str:
    return print_script()


def complete(script: str, line: str) -> set[str]:
    """Return what bash offers at the end of ``line``."""
    return set(offers(script, line))


def offers(script: str, line: str) -> list[str]:
    words = line.split(" ")
    program = (
        f"{script}\n"
        f"COMP_WORDS=({' '.join(map(shlex.quote, words))})\n"
        f"COMP_CWORD={len(words) - 1}\n"
        f"_{words[0]}\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_bash_accepts_the_script(script: str) -> None:
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("imagectl proj", {"project"}),
        ("imagectl region ", {"create", "delete", "list", "set", "show"}),
        ("imagectl role ass", {"assignment"}),
        ("imagectl role assignment ", {"list"}),
        ("imagectl user create --password-", {"--password-prompt"}),
        ("imagectl user list --long --en", {"--enabled"}),
        ("imagectl project show list --par", {"--parents"}),
        ("imagectl --os-clo", {"--os-cloud"}),
        ("imagectl versions show file-name-that-is-no-word", set()),
    ],
)
def test_bash_offers_what_fits(script: str, line: str, offered: set[str]) -> None:
    assert complete(script, line) == offered


def test_another_program_name_is_completed() -> None:
    script = print_script("--name", "my-openstack")
    assert "complete -o default -F _my_openstack my-openstack" in script
    assert complete(script.replace("_my_openstack", "_os"), "os proj") == {"project"}


def test_no_shell_means_the_words_alone() -> None:
    lines = print_script("--shell", "none").splitlines()
    assert "  cmds_role_assignment='list'" in lines
    assert any(line.startswith("  cmds_user_create='-h --help") for line in lines)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, credentials: Mapping[str, str]) -> None:
    """Our program is found under its name, as the scripts call it."""
    place = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("imagectl image show ci", ["cirros"]),
        ("imagectl image delete cirros ub", ["ubuntu"]),
        ("imagectl image list --project ad", ["admin"]),
        ("imagectl user set --project adm", ["admin"]),
        ("imagectl user show ad", ["admin"]),
        ("imagectl image show --lon", ["--long"]),
        ("imagectl --os-cloud other image show ci", []),
    ],
)
def test_bash_offers_names_of_the_cloud(
    script: str, run: Run, installed: None, line: str, offered: list[str]
) -> None:
    for name in ("cirros", "ubuntu"):
        run("image", "create", name)
    for noun in ("image", "project", "user"):
        run("complete", "--fetch", noun)
    assert offers(script, line) == offered


def test_a_hostile_name_is_quoted_and_never_run(
    script: str,
    run: Run,
    installed: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (HOSTILE, "two\nlines", "\x1b[2J"):
        run("image", "create", name)
    run("complete", "--fetch", "image")
    (offered,) = offers(script, "imagectl image show ")
    assert shlex.split(offered) == [HOSTILE]
    assert not (tmp_path / "pwned").exists()


def test_names_are_kept_for_a_while(run: Run, cloud: MockCloud, home: Path) -> None:
    run("image", "create", "one")
    run("complete", "--fetch", "image")
    cloud.journal.clear()
    assert run("complete", "--names", "image").out == "one\n"
    assert len(cloud.journal) == 0
    modes = {p.stat().st_mode & 0o777 for p in home.glob(".cache/imagectl/names/*")}
    assert modes == {0o600}


def test_old_names_are_shown_while_a_cloud_does_not_answer(
    run: Run, home: Path, cloud: MockCloud
) -> None:
    run("image", "create", "one")
    run("complete", "--fetch", "image")
    (kept,) = home.glob(".cache/imagectl/names/*")
    before = time.time() - max(FRESH_S, RETRY_S) - 1
    os.utime(kept, (before, before))
    cloud.faults.add(drop="request")
    outcome = run("complete", "--names", "image")
    assert (outcome.exit_code, outcome.out, outcome.err) == (0, "one\n", "")
    assert kept.with_name(f"{kept.name}.asked").exists()


def test_without_a_cache_no_names_are_asked_for(run: Run, cloud: MockCloud) -> None:
    outcome = run("--no-token-cache", "complete", "--names", "image")
    assert (outcome.exit_code, outcome.out) == (0, "")
    assert len(cloud.journal) == 0


def run_shell(shell: str, program: str) -> list[str]:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run(
        [shell, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


LINES = [
    ("imagectl proj", {"project"}),
    ("imagectl role assignment ", {"list"}),
    ("imagectl user create --password-", {"--password-prompt"}),
    ("imagectl image show ci", {"cirros"}),
    ("imagectl image list --project ad", {"admin"}),
    ("imagectl --os-cloud other image show ci", set()),
]


@pytest.fixture
def kept_names(run: Run, installed: None) -> None:
    run("image", "create", "cirros")
    for noun in ("image", "project"):
        run("complete", "--fetch", noun)


@pytest.mark.parametrize(("line", "offered"), LINES)
def test_zsh_offers_what_fits(kept_names: None, line: str, offered: set[str]) -> None:
    words = line.split(" ")
    program = (
        "compdef() { true }\n"
        'compadd() { shift; print -l -- "$@" }\n'
        f"{print_script('--shell', 'zsh')}\n"
        f"words=({' '.join(map(shlex.quote, words))})\n"
        f"CURRENT={len(words)}\n"
        "_imagectl\n"
    )
    found = run_shell("zsh", f"emulate zsh; {program}true")
    assert {word for word in found if word.startswith(words[-1])} == offered


@pytest.mark.parametrize(("line", "offered"), LINES)
def test_fish_offers_what_fits(kept_names: None, line: str, offered: set[str]) -> None:
    program = f"{print_script('--shell', 'fish')}\ncomplete -C{shlex.quote(line)}\n"
    assert set(run_shell("fish", program)) == offered


def test_completion_runs_nothing_of_the_working_directory(
    credentials: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "untrusted"
    folder.mkdir()
    for module in ("requests", "imagectl", "cliff", "json"):
        (folder / f"{module}.py").write_text("open('ran', 'w').close()\n")
    subprocess.run(fetch_command("image"), cwd=folder, check=True)
    assert not (folder / "ran").exists()
