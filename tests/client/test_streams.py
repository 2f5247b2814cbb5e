"""Output that cannot be written, and what every command does and says then."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import TextIO

import pytest

from imagectl import DISTRIBUTION
from imagectl.registry import GROUP
from tests.client.support.every_command import SESSION
from tests.client.support.playing import Done, Player, normalize, player, words
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
