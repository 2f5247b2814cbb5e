"""Examples and tables in README.md are what the programs print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagectl.errors import EXIT_CODES
from mockserver.cloud import MockCloud
from tests.conftest import Run
from tests.scenarios.sessions import read_session

README = (Path(__file__).parent.parent / "README.md").read_text()


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud(seed="documents") as started:
        yield started


def test_the_sessions_in_the_readme_print_what_it_shows(
    cloud: MockCloud, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_IMAGE_ENDPOINT_OVERRIDE", cloud.image_url)
    sessions = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    assert sessions
    for number, session in enumerate(sessions):
        path = tmp_path / f"{number}.txt"
        path.write_text(session)
        for step in read_session(path):
            outcome = run(*step.argv)
            assert outcome.exit_code == step.exit_code
            assert (outcome.out + outcome.err).strip("\n") == step.output


def test_the_readme_lists_the_exit_codes_of_the_help() -> None:
    shown = re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE)
    assert shown == re.findall(r"^  (\d+)  (.+)$", EXIT_CODES, re.MULTILINE)


@pytest.mark.fault(31)
def test_no_text_names_the_package_that_is_a_strangers() -> None:
    root = Path(__file__).parent.parent
    texts = list(root.glob("*.md"))
    for folder in ("docs", "imagectl", "mockserver"):
        for kind in ("*.py", "*.md", "*.1"):
            texts += (root / folder).rglob(kind)
    wrong = re.compile(rb"(?<![\w-])imagectl\[|pip install [\"']?imagectl\b")
    assert [path for path in texts if wrong.search(path.read_bytes())] == []
