"""``--progress``: a bar on a terminal, lines in a log, nothing elsewhere."""

from __future__ import annotations

import argparse
import contextlib
import io
import re

import pytest

from imagectl.commands.image.options.transfers import (
    add_progress,
    spell_out_progress,
)
from imagectl.transfer.progress import (
    PlainLines,
    Progress,
    ignore,
    show_progress,
    show_size,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is() -> None:
    terminal = Terminal()
    with show_progress(terminal, 8) as report:
        report(4)
        report(4)
    assert "100%" in terminal.getvalue()


def test_data_of_unknown_size_is_counted() -> None:
    terminal = Terminal()
    with show_progress(terminal, None) as report:
        report(2048)
    assert "2 KiB" in terminal.getvalue()


@pytest.mark.fault("P18")
@pytest.mark.parametrize("total", [300_000_000, 5 << 30, 1000, None])
def test_bars_and_lines_have_the_same_units(total: int | None) -> None:
    moved = 123_456_789
    terminal, log = Terminal(), io.StringIO()
    with show_progress(terminal, total) as report:
        report(moved)
    with show_progress(log, total, "plain") as report:
        report(moved)
    for text in (terminal.getvalue(), log.getvalue()):
        assert show_size(moved) == "117.7 MiB"
        assert "117.7 MiB" in text
        assert total is None or f"of {show_size(total)}" in text
        assert not re.search(r"\d(\.\d+)? ?[kKMGT](B|/|\b(?!i))", text)


@pytest.mark.fault("P19")
def test_a_bar_names_what_is_moved() -> None:
    terminal, log = Terminal(), io.StringIO()
    for stream, style in ((terminal, "bar"), (log, "plain")):
        with show_progress(stream, 8, style, "debian-12") as report:
            report(8)
        assert "debian-12: " in stream.getvalue()


@pytest.mark.fault("P19")
def test_several_files_are_counted_and_named() -> None:
    told: list[str] = []
    progress = Progress(ignore, told.append, count=3)
    with progress.moving("a.img"):
        with progress.moving("b.img"), contextlib.suppress(OSError):
            raise OSError
        progress(5)
    assert told == [
        "0 of 3",
        "0 of 3: a.img",
        "0 of 3: a.img, b.img",
        "1 of 3: a.img",
        "2 of 3",
    ]


@pytest.mark.fault("P19")
def test_names_on_a_bar_neither_steer_the_terminal_nor_fill_it() -> None:
    told: list[str] = []
    Progress(ignore, told.append, "\x1b[2J" + "x" * 100)
    assert told[0].startswith("\\x1b[2Jxxx")
    assert len(told[0]) == 40


def test_a_file_sees_nothing() -> None:
    file = io.StringIO()
    with show_progress(file, 8) as report:
        report(8)
    assert file.getvalue() == ""


def test_a_terminal_sees_nothing_where_nothing_is_wanted() -> None:
    terminal = Terminal()
    with show_progress(terminal, 8, "none") as report:
        report(8)
    assert terminal.getvalue() == ""


def test_a_log_gets_a_line_every_few_seconds() -> None:
    log, times = io.StringIO(), iter([0.0, 1.0, 5.0, 5.0, 7.0, 10.0])
    lines = PlainLines(log, 10 << 20, lambda: next(times))
    lines.report(1 << 20)
    lines.report(4 << 20)
    lines.report(5 << 20)
    lines.write()
    assert log.getvalue().splitlines() == [
        "imagectl: 50 %, 5 MiB of 10 MiB, 1 MiB/s, 5 s left",
        "imagectl: 100 %, 10 MiB of 10 MiB, 1 MiB/s",
    ]


def test_a_log_of_data_of_unknown_size_says_what_is_known() -> None:
    log = io.StringIO()
    with show_progress(log, None, "plain") as report:
        report(1536)
    assert log.getvalue().startswith("imagectl: 1.5 KiB, ")


@pytest.mark.parametrize(
    ("size_bytes", "shown"), [(0, "0 B"), (1023, "1023 B"), (3 << 29, "1.5 GiB")]
)
def test_sizes_are_shown_in_units_of_1024(size_bytes: int, shown: str) -> None:
    assert show_size(size_bytes) == shown


@pytest.mark.parametrize(
    ("argv", "style"),
    [
        (["--progress", "name"], "bar"),
        (["name", "--progress"], "bar"),
        (["--progress", "plain", "name"], "plain"),
        (["--progress=none", "name"], "none"),
        (["name"], None),
    ],
)
def test_progress_takes_no_name_for_its_value(
    argv: list[str], style: str | None
) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    add_progress(parser)
    args = parser.parse_args(spell_out_progress(argv))
    assert (args.name, args.progress) == ("name", style)
