"""Output formats: hostile names do no harm, and are exact in JSON and YAML."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from imagectl.formatters import LIST_FORMATTERS, variables
from tests.conftest import Run

HOSTILE = {
    "ansi": "\x1b[31mred\x1b[0m\x07",
    "lines": "one\ntwo\r\nthree",
    "right-to-left": "abc\u202egnp.exe\u200f",
    "long": "x" * 255,
    "emoji": "\u2603\ufe0f caf\u00e9 \u65e5\u672c",
    "formula": "=HYPERLINK(A1)",
    "shell": "$(touch pwned)`id`\"\\'",
    "columns": "a,b|c\td",
}
LIST = ("image", "list", "-c", "Name")


@pytest.fixture
def names(run: Run) -> set[str]:
    for name in HOSTILE.values():
        assert run("image", "create", name).exit_code == 0
    return set(HOSTILE.values())


def is_harmless(text: str) -> bool:
    """Say whether nothing in ``text`` moves the cursor or turns the direction."""
    marks = {"\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e"}
    return not any(
        c in marks or (unicodedata.category(c) == "Cc" and c != "\n") for c in text
    )


def test_json_and_yaml_hold_names_exactly(run: Run, names: set[str]) -> None:
    parsers = {"json": json.loads, "yaml": yaml.safe_load, "jsonl": parse_lines}
    for form, parse in parsers.items():
        listed = run(*LIST, "-f", form)
        assert {row["Name"] for row in parse(listed.out)} == names
        assert is_harmless(listed.out)
    for name in names:
        for form in ("json", "yaml"):
            shown = run("image", "show", name, "-f", form)
            assert parsers[form](shown.out)["name"] == name
            assert is_harmless(shown.out)


def parse_lines(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def test_tables_and_values_show_names_harmlessly(run: Run, names: set[str]) -> None:
    table, value = run(*LIST), run(*LIST, "-f", "value")
    assert is_harmless(table.out + value.out)
    assert len(table.out.splitlines()) == 4 + len(names)
    assert len(value.out.splitlines()) == len(names)
    assert is_harmless("".join(run("image", "show", name).out for name in names))


def test_csv_holds_names_and_safe_csv_no_formula(run: Run, names: set[str]) -> None:
    plain, safe = run(*LIST, "-f", "csv"), run(*LIST, "-f", "csv", "--safe-csv")
    rows = list(csv.reader(io.StringIO(plain.out, newline="")))
    assert names - {cell for row in rows for cell in row} == {HOSTILE["shell"]}
    assert is_harmless(safe.out)
    for cell in (row[0] for row in csv.reader(io.StringIO(safe.out))):
        assert cell[0] not in "=+-@\t\r"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A", "\t=1", " =1", "\r1"])
def test_safe_csv_disarms_every_beginning_of_a_formula(run: Run, text: str) -> None:
    run("image", "create", text)
    out = run(*LIST, "-f", "csv", "--safe-csv").out
    assert out.splitlines()[1].startswith("\"'")


def test_one_value_in_a_pipe_is_exact(run: Run, names: set[str]) -> None:
    for name in names:
        shown = run("image", "show", name, "-f", "value", "-c", "name")
        assert shown.out == f"{name}\n"


def test_a_shell_evaluates_the_values_and_no_more(
    run: Run, names: set[str], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for name in names:
        shown = run("image", "show", name, "-f", "shell", "--prefix", "i_")
        done = subprocess.run(
            ["bash", "-c", f'{shown.out}\nprintf %s "$i_name"'],
            cwd=tmp_path / "empty",
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode() == name
        assert done.stderr == b""
    assert list((tmp_path / "empty").iterdir()) == []


def test_an_emoji_beyond_three_bytes_is_exact(run: Run) -> None:
    run("user", "create", "\U0001f600")
    assert run("user", "show", "\U0001f600", "-f", "json").json["name"] == "\U0001f600"


def test_a_hostile_attribute_name_is_no_shell_command(run: Run) -> None:
    body = '{"project": {"name": "p", "x;touch pwned;y": "1"}}'
    assert run("api", "POST", "/v3/projects", "-d", body).exit_code == 0
    out = run("project", "show", "p", "-f", "shell").out
    assert 'x_touch_pwned_y="1"' in out.splitlines()


@pytest.mark.parametrize("form", ["csv", "json", "table", "value", "yaml"])
def test_a_terminal_gets_no_control_character(names: set[str], form: str) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "imagectl", *LIST, "-f", form]
    told = b""
    with subprocess.Popen(command, stdout=theirs, stderr=theirs) as listing:
        os.close(theirs)
        while block := read(ours):
            told += block
        assert listing.wait(timeout=30) == 0
    os.close(ours)
    assert is_harmless(told.decode().replace("\r\n", "\n"))


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux tells that the other end was closed
        return b""


@pytest.mark.parametrize(
    ("command", "some"),
    [
        (("image", "list"), {"ID", "Name", "Status", "Checksum"}),
        (("user", "list"), {"ID", "Name", "Email"}),
        (("image", "show"), {"id", "os_hash_value", "properties"}),
        (("project", "create"), {"id", "name", "is_domain"}),
    ],
)
def test_columns_lists_what_c_takes(
    run_anonymous: Run, command: tuple[str, ...], some: set[str]
) -> None:
    outcome = run_anonymous(*command, "--columns")
    assert outcome.exit_code == 0
    assert some <= set(outcome.out.splitlines())


@pytest.mark.fault("P31")
def test_a_listing_too_wide_for_a_terminal_goes_by_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "100")
    args = argparse.Namespace(max_width=0, fit_width=False, print_empty=False)
    names = [f"Column {number}" for number in range(13)]
    rows = [["x" * 40] * 13, ["y" * 40] * 13]
    for count in (2, 9, 10, 13):
        terminal = Terminal()
        cut = [row[:count] for row in rows]
        LIST_FORMATTERS["table"]().emit_list(names[:count], cut, terminal, args)
        assert ("| Field " in terminal.getvalue()) is (count > 9)
    file = io.StringIO()
    LIST_FORMATTERS["table"]().emit_list(names, rows, file, args)
    assert "| Field " not in file.getvalue()


ODD_NAMES = ("a:b", "a-b", "a b", "a.b", "1st", "\u00e9", "\u0661", "$(id)", "a;id", "")


@pytest.mark.fault(24)
@pytest.mark.parametrize("prefix", ["", "x_", "9", "$(id) "])
def test_shell_variables_are_identifiers_each_another(
    prefix: str, cases: Callable[[int], None]
) -> None:
    names = variables(prefix, [*ODD_NAMES, *ODD_NAMES, "A_B", "a_b_2", "id", "ID"])
    assert len({*names}) == len(names)
    assert all(re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) for name in names)
    cases(len(names))


@pytest.mark.fault(24)
def test_shell_variables_keep_the_names_of_openstack() -> None:
    names = ["id", "Disk Format", "os_hash-algo", "a:b"]
    expected = ["id", "disk_format", "os_hash_algo", "a_b"]
    assert variables("", names) == expected


@pytest.mark.fault(15)
@pytest.mark.parametrize("name", ["CLIFF_FIT_WIDTH", "CLIFF_MAX_TERM_WIDTH"])
def test_a_width_in_a_variable_that_is_no_number_is_ignored(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, cases: Callable[[int], None]
) -> None:
    for value in ("", "0", "1", " 80 ", "yes", "true", "1e3", "-1", " "):
        monkeypatch.setenv(name, value)
        outcome = run("image", "list")
        assert outcome.exit_code == 0
        is_told = outcome.err.startswith(f"imagectl: {name} is no whole number")
        assert is_told == (value in ("yes", "true", "1e3", "-1", " "))
        cases(1)
