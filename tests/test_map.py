"""tests/README.md names every folder and helper; test folders mirror the products."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
README = (TESTS / "README.md").read_text()
FILES = sorted(TESTS.rglob("*.py"))
NAMED = set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", README))
VARIABLE = re.compile(r"\bIMAGECTL_[A-Z_]+")


def folders(root: Path) -> Iterator[str]:
    """Yield the folders of Python or recorded files below a folder, relative to it."""
    for path in root.rglob("*"):
        if path.is_dir() and (any(path.glob("*.py")) or any(path.glob("*.json"))):
            yield path.relative_to(root).as_posix()


def test_every_test_file_opens_with_a_docstring() -> None:
    silent = [
        path.relative_to(TESTS).as_posix()
        for path in FILES
        if path.name.startswith("test_")
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_the_readme_names_every_folder() -> None:
    assert {f"{folder}/" for folder in folders(TESTS)} <= NAMED


def test_the_readme_names_every_helper() -> None:
    helpers = {
        path.name
        for path in FILES
        if "support" in path.parts and path.name != "__init__.py"
    }
    assert helpers <= NAMED


def test_the_readme_names_every_variable() -> None:
    read = {name for path in FILES for name in VARIABLE.findall(path.read_text())}
    assert read <= set(VARIABLE.findall(README))


def test_the_readme_names_no_test_file_that_is_gone() -> None:
    named = {Path(name).name for name in NAMED if re.search(r"test_\w+\.py$", name)}
    assert named - {"test_NOUN.py", "test_VERB.py"} <= {path.name for path in FILES}


@pytest.mark.parametrize(
    ("tests", "product"), [("client", "imagectl"), ("mock", "mockserver")]
)
def test_folders_of_tests_are_folders_of_the_product(tests: str, product: str) -> None:
    mirrored = set(folders(TESTS / tests)) - {"support"}
    assert mirrored <= set(folders(TESTS.parent / product))
