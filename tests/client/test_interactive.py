"""Interactive mode: ``imagectl`` without a command reads commands until ``exit``."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from imagectl.interactive import Prompt
from imagectl.prompt_history import History, state_directory
from imagectl.shell import Shell
from mockserver.cloud import MockCloud
from tests.conftest import Outcome, Run


@pytest.fixture
def type_lines(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    def typed(*lines: str | os.PathLike[str]) -> Outcome:
        text = "".join(f"{os.fspath(line)}\n" for line in lines)
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return run("--no-token-cache")

    return typed


def test_commands_run_one_after_the_other_with_one_sign_in(
    type_lines: Run, cloud: MockCloud
) -> None:
    outcome = type_lines(
        "image create -f value -c name 'a b'", "image list -f csv", "quit"
    )
    assert outcome.exit_code == 0
    assert outcome.err == ""
    assert outcome.out.startswith("a b\n")
    assert '"a b","queued"' in outcome.out
    signed_in = [e for e in cloud.journal if e.method == "POST" and "tokens" in e.path]
    assert len(signed_in) == 1


@pytest.mark.parametrize("last", ["quit", "exit", "", "# a comment"])
def test_leaving_is_exit_code_0(type_lines: Run, last: str) -> None:
    outcome = type_lines("image show nope", last)
    assert outcome.exit_code == 0
    assert outcome.err == "imagectl: No Image found for nope\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("image list --nope", "unrecognized arguments: --nope"),
        ("nope", "'nope' is not an imagectl command"),
        ("image list 'x", "No closing quotation in this line"),
        ("image show", "the following arguments are required: <image>"),
    ],
)
def test_a_line_that_is_wrong_is_one_line_and_the_next_is_read(
    type_lines: Run, line: str, told: str
) -> None:
    outcome = type_lines(line, "image list -f json")
    assert outcome.err.splitlines()[0] == f"imagectl: {told}"
    assert outcome.out == "[]\n"
    assert "cmd2" not in sys.modules


def test_help_is_that_of_the_commands(type_lines: Run) -> None:
    outcome = type_lines("help image list", "image list --help")
    assert outcome.out.count("usage: imagectl image list") == 2


def test_an_empty_line_repeats_nothing(type_lines: Run) -> None:
    assert type_lines("image list -f json", "", "").out == "[]\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("proj", ["project "]),
        ("region ", ["create ", "delete ", "list ", "set ", "show "]),
        ("qu", ["quit "]),
        ("image list --lo", []),
    ],
)
def test_words_of_commands_are_completed(line: str, offered: list[str]) -> None:
    text = line.rpartition(" ")[2]
    begin = len(line) - len(text)
    shell = Shell()
    prompt = Prompt(shell, shell.say)
    assert prompt.completedefault(text, line, begin, len(line)) == offered


def test_a_terminal_has_a_prompt_and_ends_at_ctrl_d(credentials: object) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "imagectl"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as shell:
        os.close(theirs)
        told = b""
        os.write(ours, b"image list -f json\n")
        while told.count(b"(imagectl) ") < 2:
            told += os.read(ours, 1024)
        os.write(ours, b"\x04")
        assert shell.wait(timeout=30) == 0
    os.close(ours)
    assert b"[]" in told


@pytest.mark.fault("P31")
def test_what_was_typed_is_kept_without_secrets(home: Path) -> None:
    class Readline(ModuleType):
        lines = [
            "image list",
            "user create ann --password s3cret",
            "--os-token abc image list",
            "api POST /v3/x -d '{\"secret\": 1}'",
            "image show x",
        ]

        def get_current_history_length(self) -> int:
            return len(self.lines)

        def get_history_item(self, number: int) -> str:
            return self.lines[number - 1]

        def add_history(self, line: str) -> None:
            self.lines.append(line)

    typed = Readline("readline")
    directory = state_directory({"HOME": str(home)})
    assert directory == home / ".local/state/imagectl"
    History(typed, directory).save()
    assert (directory / "history").read_text() == "image list\nimage show x\n"
    assert (directory / "history").stat().st_mode & 0o777 == 0o600
    typed.lines = []
    History(typed, directory).load()
    assert typed.lines == ["image list", "image show x"]
    History(typed, None).save()


@pytest.mark.fault("P31")
def test_help_at_the_prompt_fits_a_screen(type_lines: Run) -> None:
    assert len(type_lines("help").out.splitlines()) <= 50


@pytest.mark.fault(32)
def test_a_slip_at_the_prompt_is_answered(type_lines: Run) -> None:
    outcome = type_lines("image lst", "image")
    assert "hint: did you mean image list" in outcome.err
    assert "hint: image takes: add, " in outcome.err
