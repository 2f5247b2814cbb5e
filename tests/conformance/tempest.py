"""Running Tempest's image and identity tests against one cloud."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.settings import render_settings

SELECTION = r"^tempest\.api\.(image|identity)\."
# one class stays in one process: its tests share what the class set up
CLASS_OF_TEST = r"([^\.]*\.)*"
TIMEOUT_S = 900
LINE = re.compile(
    r"^\{\d+\} (?P<name>(?:setUpClass|tearDownClass) \([\w.]+\)|[\w.]+)"
    r"(?: \[[\d.]+s\])? \.\.\. (?P<outcome>ok|FAILED|SKIPPED)",
    re.MULTILINE,
)


@dataclass
class Outcomes:
    """The names of the tests of one run, by how they ended."""

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)

    def of(self, service: str) -> Outcomes:
        mark = f"tempest.api.{service}."
        return Outcomes(
            *({name for name in names if mark in name} for names in self.sets())
        )

    def sets(self) -> tuple[set[str], set[str], set[str]]:
        return self.passed, self.failed, self.skipped


def read_outcomes(output: str) -> Outcomes:
    """Read what `stestr run` printed, a line a test."""
    outcomes = Outcomes()
    sets = {
        "ok": outcomes.passed,
        "FAILED": outcomes.failed,
        "SKIPPED": outcomes.skipped,
    }
    for line in LINE.finditer(output):
        sets[line["outcome"]].add(line["name"])
    return outcomes


@dataclass(frozen=True)
class Tempest:
    """An installed Tempest, and a folder for its settings and logs."""

    venv: Path
    directory: Path

    def run(self, cloud: dict[str, Any], web_url: str) -> Outcomes:
        self.directory.mkdir(parents=True, exist_ok=True)
        settings = render_settings(cloud, web_url, self.directory)
        (self.directory / "tempest.conf").write_text(settings)
        return read_outcomes(self._stestr("run", SELECTION, "--concurrency", "2"))

    def run_again(self, names: set[str]) -> Outcomes:
        """Run single tests once more, one after the other."""
        found = (re.search(r"tempest\.api[\w.]+", name) for name in names)
        tests = "|".join(re.escape(name[0]) for name in found if name)
        return read_outcomes(self._stestr("run", f"^({tests})", "--serial"))

    def _stestr(self, command: str, *arguments: str) -> str:
        [packages] = self.venv.glob("lib/python*/site-packages")
        options = ["--test-path", str(packages / "tempest" / "test_discover")]
        options += ["--top-dir", str(packages), "--group-regex", CLASS_OF_TEST]
        done = subprocess.run(
            [str(self.venv / "bin" / "stestr"), *options, command, *arguments],
            cwd=self.directory,
            env={
                **os.environ,
                "TEMPEST_CONFIG_DIR": str(self.directory),
                "TEMPEST_CONFIG": "tempest.conf",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
        )
        with (self.directory / "output.txt").open("a") as output:
            output.write(done.stdout)
        return done.stdout
