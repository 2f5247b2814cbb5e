"""What the source archive holds, and that the documents have an index."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = (
    *("pyproject.toml", "Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *("README.md", "CODE_OF_CONDUCT.md", "MANIFEST.in", "setup.cfg", ".ci/run"),
)
FOLDERS = ("tests", "docs", "examples", "benchmarks", "imagectl", "mockserver")


def is_source(path: Path) -> bool:
    generated = path.suffix == ".pyc" or path.name == "small.qcow2"
    return path.is_file() and not generated and "__pycache__" not in path.parts


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a source archive, as setuptools lists them."""
    pytest.importorskip("setuptools")
    folder = tmp_path_factory.mktemp("egg")
    command = [sys.executable, "setup.py", "-q", "egg_info", "--egg-base", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [listing] = folder.glob("*/SOURCES.txt")
    return set(listing.read_text().splitlines())


@pytest.mark.fault("P33")
def test_the_source_archive_holds_what_packagers_need(archived: set[str]) -> None:
    assert {*SHIPPED} <= archived


@pytest.mark.fault("P33")
@pytest.mark.parametrize("folder", FOLDERS)
def test_the_source_archive_holds_every_file(archived: set[str], folder: str) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if is_source(path)
    }
    assert there <= archived


@pytest.mark.fault("P34")
def test_the_documents_have_an_index() -> None:
    page = (ROOT / "docs/README.md").read_text()
    links = [ROOT / "docs" / link for link in re.findall(r"\]\(([^)]+)\)", page)]
    assert all(path.is_file() for path in links)
    linked = {path.resolve() for path in links}
    assert {path.resolve() for path in (ROOT / "docs").glob("*.md")} <= linked | {
        (ROOT / "docs/README.md").resolve(),
        (ROOT / "docs/robustness.md").resolve(),  # which make robustness writes
    }


@pytest.mark.fault("P34")
def test_make_alone_says_what_there_is() -> None:
    command = ["make", "--no-print-directory"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "make test" in done.stdout
    assert done.stdout.count("\n") >= 10
