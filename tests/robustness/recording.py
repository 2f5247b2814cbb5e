"""Which tests hold which fault closed, recorded for docs/robustness.md.

A test names its faults: ``@pytest.mark.fault(7)``. It counts as one case; one that
tries several says how many by the fixture ``cases``. When IMAGECTL_ROBUSTNESS names a
folder, every process of pytest writes a file there, which `make robustness` reads.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

FOLDER_VARIABLE = "IMAGECTL_ROBUSTNESS"
CASES = "cases"
"""The name of the property that tells how many cases a test has tried."""


def faults_of(item: pytest.Item) -> list[int | str]:
    """Return the numbers of the faults that a test holds closed."""
    return [number for mark in item.iter_markers("fault") for number in mark.args]


def count_cases(report: pytest.TestReport) -> int:
    told = [int(str(n)) for name, n in report.user_properties if name == CASES]
    return sum(told) if told else 1


class Recording:
    """A pytest plugin: records outcome and cases of every test that names a fault."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rows: list[dict[str, Any]] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        faults = faults_of(item)
        if faults and (report.when == "call" or report.failed):
            self._rows.append(
                {
                    "test": item.nodeid.partition("[")[0],
                    "faults": faults,
                    "cases": count_cases(report),
                    "outcome": report.outcome,
                }
            )
        return report

    def pytest_sessionfinish(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in self._rows)
