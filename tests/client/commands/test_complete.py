"""``complete``: completion by real shells: bash, and zsh and fish where installed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from docs.commands import described_commands, shell
from imagectl.api.names import FRESH_S, RETRY_S, fetch_command
from imagectl.commands.completion_words import values_of
from mockserver.cloud import MockCloud
from tests.conftest import Run
from tests.robustness.sizes import size

HOSTILE = "$(touch pwned) `x`"


@cache
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
    words = split_as_readline(line)
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
    return done.stdout.splitlines()


NAMED_FILE = "it's $(touch pwned) `x`"
VALUES = [
    ("imagectl image list -f ", ["csv", "json", "jsonl", "table", "value", "yaml"]),
    ("imagectl image show x -f js", ["json"]),
    ("imagectl image list --format=ya", ["yaml"]),
    ("imagectl image create x --disk-format qc", ["qcow2"]),
    ("imagectl image list -c Check", ["Checksum"]),
    ("imagectl image list -c Disk", ["Disk Format"]),
    ("imagectl image list --sort-column Sta", ["Status"]),
    ("imagectl user list -c Na", ["Name"]),
    ("imagectl image list --sort nam", ["name:asc", "name:desc"]),
    ("imagectl image list --limit ", []),
    ("imagectl image create --property ", []),
    ("imagectl user create x --password ", []),
    ("imagectl user create x --description --ena", []),
    ("imagectl image save x --progress pl", ["plain"]),
    ("imagectl image save x --progress --jo", ["--jobs"]),
    ("imagectl --os-interface in", ["internal"]),
    ("imagectl --os-cloud pro", ["production"]),
    ("imagectl --os-cloud=sta", ["staging"]),
    ("imagectl image copy x --to-cloud pro", ["production"]),
    ("imagectl complete --shell z", ["zsh"]),
    ("imagectl image list --name list --lon", ["--long"]),
]
"""What must be offered, and nothing else."""


@pytest.fixture
def clouds(home: Path, installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "clouds.yaml"
    file.write_text("clouds: {production: {}, staging: {}}\n")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))


def split_as_readline(line: str) -> list[str]:
    """Return the words of a line as bash has them: ``=`` and ``:`` stand alone."""
    words = [part for word in line.split(" ") for part in re.split("([=:])", word)]
    return [*filter(None, words[:-1]), words[-1]]


@pytest.mark.fault(33)
def test_bash_offers_values_where_they_belong(
    script: str, clouds: None, cases: Callable[[int], None]
) -> None:
    for line, offered in VALUES:
        found = [shlex.split(one)[0] for one in offers(script, line)]
        assert found == offered, line
    cases(len(VALUES))


@pytest.mark.fault(33)
def test_zsh_offers_values_where_they_belong(
    clouds: None, cases: Callable[[int], None]
) -> None:
    script = print_script("--shell", "zsh")
    for line, offered in VALUES[:: size(5, 1)]:
        value = re.split("[ =]", line)[-1]
        found = {one for one in zsh_offers(script, line) if one.startswith(value)}
        assert found == {*offered}, line
    cases(len(VALUES[:: size(5, 1)]))


@pytest.mark.fault(33)
def test_fish_offers_values_where_they_belong(
    clouds: None, cases: Callable[[int], None]
) -> None:
    script = print_script("--shell", "fish")
    for line, offered in VALUES[:: size(5, 1)]:
        found = [one.rpartition("=")[2] for one in fish_offers(script, line)]
        assert sorted(found) == offered, line
    cases(len(VALUES[:: size(5, 1)]))


@pytest.mark.fault(33)
@pytest.mark.parametrize(
    "line",
    [
        "imagectl image create x --file ",
        "imagectl image create x --file=",
        "imagectl image upload ",
        "imagectl image sync ",
        "imagectl --log-file ",
        "imagectl image create x --file it\\'s",
    ],
)
def test_files_are_offered_quoted_and_never_run(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / NAMED_FILE).write_text("")
    monkeypatch.chdir(folder)
    (offered,) = offers(script, line)
    assert shlex.split(offered) == [NAMED_FILE]
    assert [path.name for path in folder.iterdir()] == [NAMED_FILE]


@pytest.mark.fault(33)
def test_directories_are_offered_where_only_they_belong(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a dir").mkdir()
    (tmp_path / "a file").write_text("")
    monkeypatch.chdir(tmp_path)
    found = offers(script, "imagectl image save --all --directory a")
    assert found == ["a\\ dir/"]
    assert len(offers(script, "imagectl image create x --file a")) == 2


@pytest.mark.fault(33)
def test_names_with_colons_and_blanks_are_completed(
    script: str, run: Run, installed: None
) -> None:
    for name in ("debian:12", "debian:13 LTS", "it's"):
        run("image", "create", name)
    run("complete", "--fetch", "image")
    assert offers(script, "imagectl image show deb") == [
        "debian:12",
        "debian:13\\ LTS",
    ]
    assert offers(script, "imagectl image show debian:13") == ["13\\ LTS"]
    assert offers(script, "imagectl image show debian:") == ["12", "13\\ LTS"]
    assert offers(script, "imagectl image delete debian:12 it") == ["it\\'s"]


@pytest.mark.fault(33)
def test_zsh_and_fish_say_what_a_word_is_for(installed: None) -> None:
    purpose = "List images, filtered and sorted by the service"
    fish = run_shell(
        "fish", f"{print_script('--shell', 'fish')}\ncomplete -C'imagectl image lis'"
    )
    assert fish == [f"list\t{purpose}"]
    zsh = print_script("--shell", "zsh")
    assert f"\nlist\t{purpose}\n" in zsh
    assert "compadd -l -d shown -- $offered" in zsh


@pytest.mark.fault(33)
def test_no_option_that_takes_a_value_is_answered_with_options(
    cases: Callable[[int], None],
) -> None:
    tried = 0
    for command in described_commands():
        make, _, _ = shell().command_manager.find_command(command.name.split())
        parser = make(shell(), None).get_parser(command.name)
        for action in parser._get_optional_actions():
            kinds = values_of(action, ())
            assert bool(kinds) is (action.nargs != 0)
            assert not [kind for kind in kinds if kind.startswith("-")]
            tried += 1
    cases(tried)


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
    found = zsh_offers(print_script("--shell", "zsh"), line)
    assert {word for word in found if word.startswith(line.split(" ")[-1])} == offered


def zsh_offers(script: str, line: str) -> list[str]:
    words = line.split(" ")
    program = (
        "compdef() { true }\n"
        'compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }\n'
        "compset() { true }\n_files() { print -- FILES $1 }\n"
        f"{script}\n"
        f"words=({' '.join(map(shlex.quote, words))})\n"
        f"CURRENT={len(words)}\n"
        "_imagectl\n"
    )
    return run_shell("zsh", f"emulate zsh; {program}true")


@pytest.mark.parametrize(("line", "offered"), LINES)
def test_fish_offers_what_fits(kept_names: None, line: str, offered: set[str]) -> None:
    assert set(fish_offers(print_script("--shell", "fish"), line)) == offered


def fish_offers(script: str, line: str) -> list[str]:
    """Return the words that fish offers, without their descriptions."""
    found = run_shell("fish", f"{script}\ncomplete -C{shlex.quote(line)}\n")
    return [one.partition("\t")[0] for one in found]


@pytest.mark.fault(18)
def test_completion_runs_nothing_of_the_working_directory(
    credentials: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "untrusted"
    folder.mkdir()
    for module in ("requests", "imagectl", "cliff", "json"):
        (folder / f"{module}.py").write_text("open('ran', 'w').close()\n")
    subprocess.run(fetch_command("image"), cwd=folder, check=True)
    assert not (folder / "ran").exists()
