"""Records which operations of the real services passing tests have called.

Loaded by conftest.py when IMAGECTL_OPERATIONS names a folder; every process of
pytest writes a file of its own there, which tests/conformance reads.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.support.clouds import read_ready_file

TESTS = Path(__file__).parents[2]
FOLDER_VARIABLE = "IMAGECTL_OPERATIONS"


class Recording:
    """A pytest plugin. Counts (service, method, path, module of the test)."""

    def __init__(self, folder: Path, process: str) -> None:
        ready = read_ready_file()
        self._services = {
            name: ready[f"{name}_url"] + "/" for name in ("identity", "image")
        }
        self._file = folder / f"{process}.json"
        self._called: set[tuple[str, str, str]] = set()
        self._counts: Counter[tuple[str, str, str, str]] = Counter()

    def _note(self, request: requests.PreparedRequest) -> None:
        url = (request.url or "").partition("?")[0]
        for name, start in self._services.items():
            if url.startswith(start):
                path = url.removeprefix(start.rstrip("/"))
                self._called.add((name, str(request.method), path))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self._called.clear()
        send = requests.Session.send

        def send_noted(session: Any, request: Any, **options: Any) -> Any:
            self._note(request)
            return send(session, request, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(requests.Session, "send", send_noted)
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.when == "call" and report.passed:
            module = item.path.relative_to(TESTS).with_suffix("").as_posix()
            module = module.removeprefix("contract/")
            for called in self._called:
                self._counts[(*called, module)] += 1
        return report

    def pytest_sessionfinish(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        rows = [[*key, count] for key, count in sorted(self._counts.items())]
        self._file.write_text(json.dumps(rows))
