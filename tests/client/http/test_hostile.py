"""Every command against a service that answers wrongly in every way."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.client.support.command_lines import command_lines
from tests.client.support.hostile_service import SLOW, VALUES, WRONG, serving
from tests.robustness.sizes import size

MOST_MIB = 200
LIMIT_S = 5.0
SLACK_S = 5.0
"""Beyond the time limit, for the rest of the command on a busy machine."""
CODES = {0, 1, 2, 3, 4, 5, 6, 7, 8}
VERBOSITIES = ("", "-v", "--debug", "--log-file=log", "-q")
DEPTHS = (1, 2, 3, 4, 5)
REPEATED = ("image list", "image show x1", "user list", "image save x1 --file saved")

Cases = Callable[[int], None]


@dataclass
class Batch:
    """The outcomes of command lines, and the most memory that they took."""

    outcomes: list[dict[str, Any]]
    peak_mib: float
    folder: Path


def options(url: str, attack: str, number: int, limit_s: float) -> list[str]:
    return [
        *filter(None, [VERBOSITIES[number % len(VERBOSITIES)]]),
        *("--os-auth-url", f"{url}/{attack}/v3", "--os-username", "uma"),
        *("--os-password", "hush-hush", "--os-project-name", "peas"),
        *("--no-token-cache", "--timeout", str(limit_s)),
    ]


def run_batch(folder: Path, lines: list[list[str]]) -> Batch:
    work = folder / "work"
    work.mkdir()
    source, target = folder / "lines", folder / "outcomes"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    script = Path(__file__).parent.parent / "support" / "hostile_batch.py"
    environ = {**os.environ, "HOME": str(folder), "PYTHONPATH": os.getcwd()}
    command = [sys.executable, str(script), str(source), str(target)]
    done = subprocess.run(
        command, cwd=work, env=environ, stdin=subprocess.DEVNULL, capture_output=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *outcomes, peak_kib = map(json.loads, target.read_text().splitlines())
    return Batch(outcomes, peak_kib / 1024, folder)


def check(batch: Batch, limit_s: float = LIMIT_S) -> None:
    for outcome in batch.outcomes:
        said = f"{outcome}"
        lines = outcome["err"].splitlines()
        last = [line for line in lines if line.startswith("imagectl: ")][-1:]
        assert outcome["code"] in CODES, said
        assert "run with --debug for the traceback" not in outcome["err"], said
        assert "Exception ignored" not in outcome["err"], said
        assert outcome["raw"] == [], said
        assert outcome["code"] == 0 or last, said
        assert "hush-hush" not in outcome["err"], said
        assert outcome["seconds"] < limit_s + SLACK_S, said
    assert batch.peak_mib < MOST_MIB
    written = {path.name for path in batch.folder.iterdir()}
    assert written <= {"work", "lines", "outcomes", ".cache", "file", "home"}
    kept = {path.name for path in (batch.folder / "work").iterdir()}
    assert kept <= {"log", "saved", "saved.part", "saved.part.json"}
    log = batch.folder / "work" / "log"
    text = log.read_text() if log.exists() else "\n"
    assert [c for c in {*text} if c != "\n" and not c.isprintable()] == []
    assert "hush-hush" not in text


def every_command(tmp_path: Path) -> list[list[str]]:
    file = tmp_path / "file"
    file.write_bytes(b"data")
    return list(command_lines(file))


def sampled(items: list[Any], count: int) -> list[Any]:
    return random.Random(1).sample(items, min(count, len(items)))


def batch_of(
    tmp_path: Path, pairs: Iterator[tuple[list[str], str]], count: int, limit_s: float
) -> Batch:
    with serving() as url:
        lines = [
            [*options(url, attack, number, limit_s), *argv]
            for number, (argv, attack) in enumerate(sampled(list(pairs), count))
        ]
        return run_batch(tmp_path, lines)


@pytest.mark.fault(16)
@pytest.mark.fault(22)
def test_values_of_wrong_types_are_told_of_in_a_line(
    tmp_path: Path, cases: Cases
) -> None:
    names = [f"{v}@{depth}.d" for v in [*VALUES, "lacking"] for depth in DEPTHS]
    pairs = itertools.product(every_command(tmp_path), names)
    batch = batch_of(tmp_path, pairs, size(25, 1200), LIMIT_S)
    check(batch)
    cases(len(batch.outcomes))


@pytest.mark.fault(16)
def test_a_sign_in_of_any_form_is_told_of_in_a_line(
    tmp_path: Path, cases: Cases
) -> None:
    names = [f"{v}@{depth}.s" for v in [*VALUES, "lacking"] for depth in DEPTHS]
    names += [f"{name}.s" for name in WRONG]
    argv = [line.split() for line in REPEATED[:2]]
    batch = batch_of(tmp_path, itertools.product(argv, names), size(12, 400), LIMIT_S)
    check(batch)
    cases(len(batch.outcomes))


@pytest.mark.fault(16)
@pytest.mark.fault(22)
def test_answers_that_are_none_are_told_of_in_a_line(
    tmp_path: Path, cases: Cases
) -> None:
    names = [f"{name}.d" for name in WRONG]
    few = [line.split() for line in REPEATED]
    pairs = [
        *itertools.product(few, names),
        *zip(every_command(tmp_path) * 3, itertools.cycle(names), strict=False),
    ]
    batch = batch_of(tmp_path, iter(pairs), size(15, 500), LIMIT_S)
    check(batch)
    cases(len(batch.outcomes))


@pytest.mark.fault(16)
def test_no_answer_is_awaited_beyond_the_time_limit(
    tmp_path: Path, cases: Cases
) -> None:
    names = [f"{name}.{stage}" for name in SLOW for stage in "sd"]
    argv = sampled(every_command(tmp_path), size(1, 4))
    pairs = itertools.product(argv, names)
    batch = batch_of(tmp_path, pairs, size(3, 48), 0.2)
    check(batch, 0.2)
    cases(len(batch.outcomes))
