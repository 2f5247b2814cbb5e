"""Short forms of ``image metadef`` command lines, for several test files."""

from __future__ import annotations

from typing import Any

from tests.conftest import Outcome, Run

METADEF = ("image", "metadef")
SILENT = (0, "", "")


def done(run: Run, noun: str, *argv: str) -> Outcome:
    """Run ``image metadef NOUN ...`` where NOUN holds the verb too."""
    return run(*METADEF, *noun.split(), *argv)


def shown(run: Run, noun: str, *argv: str) -> Any:
    """Return what a command prints as JSON."""
    outcome = done(run, noun, *argv, "-f", "json")
    assert outcome.exit_code == 0, outcome.err
    return outcome.json


def names(run: Run, noun: str, *argv: str) -> set[str]:
    return {next(iter(row.values())) for row in shown(run, f"{noun} list", *argv)}


def did(outcome: Outcome) -> tuple[int, str, str]:
    return outcome.exit_code, outcome.out, outcome.err
