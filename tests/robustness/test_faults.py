"""Every fault found in the field has a test that names it, and the page agrees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.robustness.faults import FAULTS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/robustness.md"
NUMBERS = {number for faults in FAULTS.values() for number in faults}


def marks_of(file: Path) -> Iterator[int | str]:
    """Yield the numbers in every ``pytest.mark.fault(...)`` of a test file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
            for argument in node.args:
                assert isinstance(argument, ast.Constant), f"{file}: {node.lineno}"
                assert isinstance(argument.value, int | str)
                yield argument.value


def marked() -> dict[int | str, set[Path]]:
    found: dict[int | str, set[Path]] = {}
    for file in (ROOT / "tests").rglob("test_*.py"):
        for number in marks_of(file):
            found.setdefault(number, set()).add(file)
    return found


def test_every_fault_has_a_test() -> None:
    assert NUMBERS - marked().keys() == set()


def test_every_mark_names_a_known_fault() -> None:
    assert marked().keys() - NUMBERS == set()


@pytest.mark.skipif(not PAGE.exists(), reason="make robustness has not written it")
def test_the_page_has_exactly_these_faults_and_files() -> None:
    text = PAGE.read_text()
    rows = re.findall(r"^\| ([0-9P]+) \| (.+?) \|", text, re.MULTILINE)
    faults = [(str(n), said) for each in FAULTS.values() for n, said in each.items()]
    assert rows == faults
    files = re.findall(r"\]\(\.\./([^)]+)\)", text)
    assert [name for name in files if not (ROOT / name).is_file()] == []
