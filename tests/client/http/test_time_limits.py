"""The time limit holds for an answer as a whole, and for transfers only in silence."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

import pytest

from imagectl.config.options import add_global_options, expand_timeout
from imagectl.program import refuse_empty_values
from tests.client.support.scripted_glance import IMAGE_ID, Handler, ScriptedGlance
from tests.conftest import Run

LIMIT_S = "0.5"
PIECES, PAUSE_S = 8, 0.1
"""Together they take longer than the limit, and each far less."""


@pytest.fixture
def glance() -> ScriptedGlance:
    """A Glance whose image has data that comes slowly, a byte at a time."""
    glance = ScriptedGlance()
    glance.record |= {"status": "active", "size": PIECES, "disk_format": "raw"}

    def answer(request: Handler) -> None:
        is_slow = "slow" in request.path or request.path.endswith("/file")
        if not is_slow:
            request.answer(200, glance.record)
            return
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(PIECES))
        request.end_headers()
        for _ in range(PIECES):
            threading.Event().wait(PAUSE_S)
            request.wfile.write(b" ")

    glance.on["GET"] = answer
    return glance


@pytest.mark.fault(16)
def test_a_transfer_that_moves_is_not_ended(
    run_anonymous: Run, glance: ScriptedGlance, tmp_path: Path
) -> None:
    target = tmp_path / "data"
    argv = ["--timeout", LIMIT_S, *glance.options, "image", "save", IMAGE_ID]
    with glance.serving():
        outcome = run_anonymous(*argv, "--file", target)
    assert outcome.exit_code == 0
    assert target.read_bytes() == b" " * PIECES


@pytest.mark.fault(16)
def test_an_answer_that_comes_byte_by_byte_is_given_up(
    run_anonymous: Run, glance: ScriptedGlance
) -> None:
    with glance.serving():
        outcome = run_anonymous(
            *("--timeout", LIMIT_S, *glance.options, "api", "GET", "/slow")
        )
    assert outcome.exit_code == 6
    assert outcome.err.endswith("no answer within the time limit\n")


@pytest.mark.fault(16)
@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("--timeout 5 image list", "--os-api-timeout 5 image list"),
        ("-v --timeout=5 image list", "-v --os-api-timeout=5 image list"),
        (
            "--os-cloud --timeout image import a --timeout 5",
            "--os-cloud --timeout image import a --timeout 5",
        ),
        ("--debug image import a --timeout 5", "--debug image import a --timeout 5"),
    ],
)
def test_a_command_keeps_its_own_timeout(given: str, read: str) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-v", action="store_true")
    add_global_options(parser)
    refuse_empty_values(parser)
    assert expand_timeout(parser, given.split()) == read.split()


@pytest.mark.fault(16)
@pytest.mark.parametrize("seconds", ["0", "-1", "x", "nan", "inf", "1e99", " "])
def test_a_limit_that_is_none_is_refused(run_anonymous: Run, seconds: str) -> None:
    assert run_anonymous("--timeout", seconds, "image", "list").exit_code == 2
