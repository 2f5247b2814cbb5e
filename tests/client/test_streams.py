"""Output that cannot be written, and what every command does and says then."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import TextIO

import pytest

from imagectl import DISTRIBUTION
from imagectl.registry import GROUP
from imagectl.streams import Stream
from tests.client.support.every_command import SESSION
from tests.client.support.playing import Done, Player, normalize, player, words
from tests.conftest import Run
from tests.robustness.sizes import size

FEW = ("image create é", "image list -f j", "api P", "--v", "no", "image show é -f")
"""How the lines of the session begin that `make test` runs."""
EVERY_LINE = SESSION.strip().splitlines()
LINES = [line for line in EVERY_LINE if size(0, 1) or line.startswith(FEW)]
LOST = "imagectl: standard output cannot be written: "


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[Done]:
    """What each line does and says where both streams are files."""
    with (
        pytest.MonkeyPatch.context() as patch,
        player(tmp_path_factory.mktemp("test_usual") / "cloud", patch) as one,
    ):
        return [one.play(one.argv(line)) for line in LINES]


def closed(one: Player, name: str) -> None:
    """Return what Python has for a stream that is closed."""


def full(one: Player, name: str) -> TextIO:
    return open("/dev/full", "w", encoding="utf-8")


def unread(one: Player, name: str) -> TextIO:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w", encoding="utf-8")


def in_ascii(one: Player, name: str) -> TextIO:
    return one.open(name, "ascii")


def in_latin(one: Player, name: str) -> TextIO:
    return one.open(name, "latin-1")


Kind = Callable[[Player, str], TextIO | None]
Play = Callable[[Kind | None, Kind | None], list[Done]]


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Run the lines with a standard output and a standard error of some kind."""

    def play(out: Kind | None, err: Kind | None) -> list[Done]:
        with player(tmp_path / "cloud", monkeypatch) as one:
            if out:
                one.stdout = lambda: out(one, "stdout")
            if err:
                one.stderr = lambda: err(one, "stderr")
            return [one.play(one.argv(line)) for line in LINES]

    return play


def test_the_session_has_every_command() -> None:
    entries = distribution(DISTRIBUTION).entry_points
    names = {e.name.replace("_", " ") for e in entries if e.group == GROUP}
    assert {
        n for n in names if not any(f"{x} ".startswith(f"{n} ") for x in EVERY_LINE)
    } == set()


@pytest.mark.fault(7)
@pytest.mark.parametrize(
    ("out", "err"),
    [(closed, None), (full, None), (unread, None), (closed, closed), (full, full)],
)
def test_lost_output_is_told_and_changes_nothing_else(
    played: Play,
    usual: list[Done],
    out: Kind,
    err: Kind | None,
    cases: Callable[[int], None],
) -> None:
    for line, was, done in zip(LINES, usual, played(out, err), strict=True):
        assert done.exchanges == was.exchanges, line
        lost_code = 141 if out is unread else 74
        code = was.exit_code or (lost_code if was.out else 0)
        assert (done.exit_code, done.out) == (code, ""), line
        if err:
            assert done.err == "", line
            continue
        usually = normalize(was.err)
        told = [t for t in normalize(done.err).splitlines() if t not in usually]
        assert ("was created" in done.err) is bool(was.out and was.creations), line
        assert (LOST in done.err) is bool(was.out and out is not unread), line
        assert len(told) == (LOST in done.err or "was created" in done.err), line
    cases(len(LINES))


@pytest.mark.fault(7)
@pytest.mark.parametrize("err", [closed, full, unread][: size(2, 3)])
def test_errors_nobody_hears_change_neither_code_nor_output(
    played: Play, usual: list[Done], err: Kind, cases: Callable[[int], None]
) -> None:
    for line, was, done in zip(LINES, usual, played(None, err), strict=True):
        assert done.exchanges == was.exchanges, line
        assert (done.exit_code, done.err) == (was.exit_code, ""), line
        assert words(done.out) == words(was.out), line
    cases(len(LINES))


@pytest.mark.fault(7)
@pytest.mark.parametrize("kind", [in_ascii, in_latin])
def test_characters_that_an_encoding_lacks_are_escaped(
    played: Play, usual: list[Done], kind: Kind, cases: Callable[[int], None]
) -> None:
    encoding = "ascii" if kind is in_ascii else "latin-1"
    for line, was, done in zip(LINES, usual, played(kind, kind), strict=True):
        assert (done.exit_code, done.exchanges) == (was.exit_code, was.exchanges), line
        for text, usually in ((done.out, was.out), (done.err, was.err)):
            shown = usually.encode("latin-1").decode()
            shown = shown.encode(encoding, "backslashreplace").decode(encoding)
            assert words(text) == words(shown), line
    cases(len(LINES))


@pytest.mark.fault(7)
@pytest.mark.parametrize("columns", ["1", "0", "17"][: size(1, 3)])
def test_a_narrow_terminal_changes_only_the_layout(
    played: Play,
    usual: list[Done],
    columns: str,
    monkeypatch: pytest.MonkeyPatch,
    cases: Callable[[int], None],
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("CLIFF_FIT_WIDTH", "1")
    for line, was, done in zip(LINES, usual, played(None, None), strict=True):
        assert (done.exit_code, done.exchanges) == (was.exit_code, was.exchanges), line
        assert words(done.err) == words(was.err), line
        assert bool(done.out) is bool(was.out)
    cases(len(LINES))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.fault("P30")
def test_a_line_takes_the_place_of_a_bar_and_does_not_break_it() -> None:
    terminal = Terminal()
    stream = Stream(terminal)
    for text in (
        "\r 10%|#",
        "\r 20%|##",
        "imagectl: kept\n",
        "\r 30%|###",
        "\n",
        "a\n",
    ):
        stream.write(text)
    assert terminal.getvalue() == (
        "\r 10%|#\r 20%|##\r\x1b[Kimagectl: kept\n\r 30%|###\na\n"
    )


@pytest.mark.fault("P25")
def test_quiet_leaves_results_and_errors_as_openstack_does(run: Run) -> None:
    made = run("-q", "image", "create", "a", "-f", "value", "-c", "id")
    assert (made.exit_code, made.err) == (0, "")
    assert run("-q", "image", "show", "a", "-f", "value", "-c", "id").out == made.out
    refused = run("-q", "image", "show", "nope")
    assert (refused.exit_code, refused.out) == (4, "")
    assert refused.err == "imagectl: No Image found for nope\n"


@pytest.mark.fault(7)
@pytest.mark.parametrize("out", [closed, full, unread])
def test_lines_typed_in_one_session_go_on_without_output(
    run: Run, tmp_path: Path, out: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "image create a\nimage list\nimage create b\nimage show nope\n"
    with monkeypatch.context() as patch, player(tmp_path / "cloud", patch) as one:
        patch.setattr("sys.stdin", io.StringIO(lines))
        one.stdout = lambda: out(one, "stdout")
        done = one.play([])
        assert done.exit_code == (141 if out is unread else 74)
        told = done.err.splitlines()[-1]
        created = [word for word in told.split() if len(word) == 36]
        shown = one.look_up(["image", "list", "-f", "value", "-c", "ID"])
        assert sorted(shown.split()) == sorted(created)


@pytest.mark.fault(7)
def test_a_listing_that_nobody_reads_asks_for_no_more_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with player(tmp_path / "cloud", monkeypatch) as one:
        for number in range(9):
            one.play(["image", "create", f"{number}" * 200])
        one.stdout = lambda: unread(one, "stdout")
        write = Stream.write

        def write_at_once(stream: Stream, text: str) -> int:
            stream.flush()
            return write(stream, text)

        monkeypatch.setattr(Stream, "write", write_at_once)
        before = len(one.cloud.journal)
        argv = ["image", "list", "--page-size", "1", "-f", "value"]
        assert one.play(argv).exit_code == 141
        pages = [e for e in list(one.cloud.journal)[before:] if e.path == "/v2/images"]
        assert len(pages) < 5


@pytest.mark.fault(7)
@pytest.mark.parametrize("noun", ["image", "user", "region", "role"])
def test_what_was_created_before_a_failure_is_named(run: Run, noun: str) -> None:
    failed = run(noun, "create", "a", "-c", "nope")
    made = run(noun, "show", "a", "-f", "json").json
    assert failed.exit_code == 2
    told = failed.err.splitlines()[-1]
    key = made.get("id") or made["region"]
    assert told == f"imagectl: {noun} {key} was created"


@pytest.mark.fault(7)
def test_output_is_whole_in_a_pipe_that_does_not_block() -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    argv = [sys.executable, "-m", "imagectl", "help", "--all"]
    with subprocess.Popen(argv, stdout=writing) as process:
        os.close(writing)
        with open(reading, "rb") as reader:
            assert reader.read().count(b"\n") > 300
    assert process.returncode == 0
