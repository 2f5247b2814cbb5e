"""Fixtures of every test: a mock cloud of its own, and `imagectl` run against it."""

from __future__ import annotations

import json
import logging
import os
import socketserver
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from examples.make_qcow2 import build_qcow2
from imagectl.http import retries
from imagectl.shell import main
from mockserver.cli.environment import describe, variables_of
from mockserver.cloud import MockCloud
from tests.robustness.recording import CASES, FOLDER_VARIABLE, Recording

SIDE_BY_SIDE_RUNS = "invocations side by side"
COUNTED = ("fuzz sequences", "fuzz requests", SIDE_BY_SIDE_RUNS, "kills")
"""Names of properties that tests record; the sums are printed after the run."""


def pytest_configure(config: pytest.Config) -> None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        process = os.environ.get("PYTEST_XDIST_WORKER", "main")
        file = Path(folder) / f"{process}.jsonl"
        config.pluginmanager.register(Recording(file))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, number in report.user_properties:  # a test may tell it repeatedly
            if name in COUNTED:
                counts[name] += number
    for name in COUNTED:
        if counts[name]:
            terminalreporter.write_line(f"{name}: {counts[name]}")


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of one command line."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, so that nothing of the person testing is read."""
    for name in [name for name in os.environ if name.startswith(("OS_", "XDG_"))]:
        monkeypatch.delenv(name)
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    return path


@pytest.fixture(autouse=True)
def quiet_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the mock's log out of the stderr that tests read of the client."""
    monkeypatch.setattr(logging.getLogger("mockserver"), "propagate", False)


@pytest.fixture(autouse=True, scope="session")
def quiet_servers() -> None:
    """Let no server of a test write to the stderr of the next: its client went away."""
    socketserver.BaseServer.handle_error = lambda *_: None  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses before retries of transfers, in seconds; none is really waited."""
    asked: list[float] = []
    monkeypatch.setattr(retries, "pause", asked.append)
    return asked


@pytest.fixture(scope="session")
def started_cloud() -> Iterator[MockCloud]:
    with MockCloud() as started:
        yield started


@pytest.fixture
def cloud(started_cloud: MockCloud) -> MockCloud:
    """A mock cloud as it was started; a reset takes a fraction of a start's time."""
    started_cloud.reset()
    return started_cloud


@pytest.fixture
def credentials(cloud: MockCloud, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The administrator's variables, set as after ``eval "$(mockserver env)"``."""
    variables = variables_of(describe(cloud))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def run(credentials: dict[str, str], capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command line in this process, as the cloud's administrator."""
    return runner(capfd)


@pytest.fixture
def run_anonymous(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command line with no credentials in the environment."""
    return runner(capfd)


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    def run_command_line(*argv: str | os.PathLike[str]) -> Outcome:
        capfd.readouterr()
        try:
            exit_code = main([os.fspath(argument) for argument in argv])
        except SystemExit as leave:
            exit_code = int(leave.code or 0)
        out, err = capfd.readouterr()
        return Outcome(exit_code, out, err)

    return run_command_line


@pytest.fixture
def cases(record_property: Callable[[str, object], None]) -> Callable[[int], None]:
    """Tell how many cases a test has tried, for docs/robustness.md; they add up."""
    return partial(record_property, CASES)


@pytest.fixture
def qcow2(tmp_path: Path) -> Path:
    """A real qcow2 image of 1 MiB virtual size with data in its first cluster."""
    path = tmp_path / "small.qcow2"
    path.write_bytes(build_qcow2(virtual_size_bytes=1 << 20))
    return path
