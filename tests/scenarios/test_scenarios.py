"""The walkthrough of the documents, with its whole output, on mock and real clouds."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cli.environment import variables_of
from mockserver.cloud import MockCloud
from tests.conftest import Run, runner
from tests.scenarios.sessions import EVERY_CLOUD, Step, mask, read_session

WALKTHROUGH = Path(__file__).with_name("walkthrough.txt")
REAL_CLOUD = "IMAGECTL_REAL_CLOUD"


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    """The documents' cloud, which answers under the documents' own host name."""
    with MockCloud(seed="documents").in_process() as documents:
        yield documents


@pytest.fixture
def real_run(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run command lines on real Keystone and Glance, which stay as they were.

    The documents' endpoints lead nowhere there, so images are reached past the catalog.
    """
    if REAL_CLOUD not in os.environ:
        pytest.skip(f"{REAL_CLOUD} names no cloud")
    ready = json.loads(Path(os.environ[REAL_CLOUD]).read_text())
    for name, value in variables_of(ready).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OS_IMAGE_ENDPOINT_OVERRIDE", ready["image_url"])
    run = runner(capfd)
    yield run
    for command in ("image delete small", "user delete glance", "service delete image"):
        assert run(*command.split()).exit_code == 0


def play(run: Run, step: Step, monkeypatch: pytest.MonkeyPatch) -> str:
    typed = "".join(f"{line}\n" for line in step.typed)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
    outcome = run(*step.argv)
    assert outcome.exit_code == step.exit_code, outcome.err
    return outcome.out.strip("\n")


def test_the_walkthrough_prints_the_documents_tables(
    run: Run, qcow2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(qcow2.parent)
    for step in read_session(WALKTHROUGH):
        assert play(run, step, monkeypatch) == step.output, " ".join(step.argv)


@pytest.mark.real
def test_the_walkthrough_prints_the_same_on_real_services(
    real_run: Run, qcow2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(qcow2.parent)
    steps = [step for step in read_session(WALKTHROUGH) if step.tag == EVERY_CLOUD]
    for step in steps:
        printed = play(real_run, step, monkeypatch)
        assert mask(printed) == mask(step.output), " ".join(step.argv)
