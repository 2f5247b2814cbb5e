from __future__ import annotations

import shlex
import subprocess
import sys

import pytest


def print_script(*argv: str) -> str:
    command = [sys.executable, "-m", "imagectl", "complete", *argv]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def script() -> str:
    return print_script()


def complete(script: str, line: str) -> set[str]:
    """Return what bash offers at the end of ``line``."""
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
    return set(done.stdout.split())


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
        ("imagectl image show file-name-that-is-no-word", set()),
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
