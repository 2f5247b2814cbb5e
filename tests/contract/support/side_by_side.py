"""One command line through `openstack` and through `imagectl`, on one real cloud.

Both must succeed or both fail, and what they print as JSON must agree on every column
that `openstack` has. Where a command line makes or changes something, each program
works on a name of its own: the same line with :data:`OWN` in it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SIDE_BY_SIDE_RUNS, Outcome
from tests.contract.support.callers import unique
from tests.contract.support.clouds import Cloud
from tests.contract.support.libraries.driving import BIN_VARIABLE

OWN = "{own}"
"""Stands for the name of each program's own, in arguments and in answers."""

TIMEOUT_S = 120
_MADE_BY_EACH = {
    "<id>": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b"),
    "<time>": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"),
}

Keep = Callable[[dict[str, Any]], bool]


def find_reference(name: str) -> str:
    """The executable, from IMAGECTL_REFERENCE_BIN or else from PATH."""
    found = shutil.which(name, path=os.environ.get(BIN_VARIABLE))
    if not found:
        pytest.skip(f"no {name} in {BIN_VARIABLE} or PATH")
    return found


def administrator_variables(cloud: Cloud) -> dict[str, str]:
    return {
        "OS_AUTH_URL": f"{cloud.identity_url}/v3",
        "OS_IDENTITY_API_VERSION": "3",
        "OS_USERNAME": cloud.username,
        "OS_PASSWORD": cloud.password,
        "OS_PROJECT_NAME": cloud.project_name,
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_REGION_NAME": cloud.region_name,
    }


@dataclass
class Program:
    """A program, the variables that lead it to a cloud, and a name of its own."""

    command: tuple[str, ...]
    variables: Mapping[str, str]
    own: str

    def start(self, argv: tuple[str, ...]) -> subprocess.Popen[str]:
        given = [argument.replace(OWN, self.own) for argument in argv]
        return subprocess.Popen(
            [*self.command, *given],
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str]) -> Outcome:
        out, err = process.communicate(timeout=TIMEOUT_S)
        return Outcome(process.returncode, out.replace(self.own, OWN), err)

    def run(self, *argv: str) -> Outcome:
        return self.finish(self.start(argv))


@dataclass
class SideBySide:
    """Both programs; every method runs them at the same time and compares them."""

    reference: Program
    ours: Program
    count: Callable[[str, object], None]
    _undoing: list[tuple[str, ...]] = field(default_factory=list)

    def do(self, *argv: str) -> None:
        """Run both; both must succeed."""
        self._run(argv, succeeds=True)

    def fail(self, *argv: str) -> tuple[Outcome, Outcome]:
        """Run both; both must fail and say why. Return the outcomes, ours last."""
        outcomes = self._run(argv, succeeds=False)
        assert outcomes[1].err.startswith("imagectl: ")
        return outcomes

    def show(
        self, *argv: str, but: Collection[str] = (), keep: Keep | None = None
    ) -> Any:
        """Run both, which must print the same JSON; return ours.

        Columns in ``but`` may differ. ``keep`` chooses the rows of a
        listing that nobody else changes meanwhile. Where each program works on a name
        of its own, ids and times are those of different records, and not compared.
        """
        outcomes = self._run((*argv, "-f", "json"), succeeds=True)
        is_own = any(OWN in argument for argument in argv)
        expected, found = (
            choose(json.loads(mask(done.out) if is_own else done.out), keep)
            for done in outcomes
        )
        assert choose_columns(found, expected, but) == drop_columns(expected, but)
        return found

    def undo(self, *argv: str) -> None:
        """Run this with ours for both names at the end, and ignore failures."""
        self._undoing.append(argv)

    def close(self) -> None:
        for argv in reversed(self._undoing):
            for own in (self.reference.own, self.ours.own):
                self.ours.run(*(argument.replace(OWN, own) for argument in argv))

    def _run(self, argv: tuple[str, ...], *, succeeds: bool) -> tuple[Outcome, Outcome]:
        self.count(SIDE_BY_SIDE_RUNS, 1)
        started = [side.start(argv) for side in (self.reference, self.ours)]
        reference = self.reference.finish(started[0])
        ours = self.ours.finish(started[1])
        assert (reference.exit_code == 0) is succeeds, f"openstack: {reference}"
        assert (ours.exit_code == 0) is succeeds, f"imagectl: {ours}"
        return reference, ours


def open_side_by_side(
    cloud: Cloud, home: Path, count: Callable[[str, object], None]
) -> SideBySide:
    """Return both programs as the administrator of ``cloud``."""
    variables = {**administrator_variables(cloud), "HOME": str(home)}
    own = unique("own")
    return SideBySide(
        Program((find_reference("openstack"),), variables, f"{own}-r"),
        Program((sys.executable, "-m", "imagectl"), variables, f"{own}-o"),
        count,
    )


def mask(text: str) -> str:
    for word, pattern in _MADE_BY_EACH.items():
        text = pattern.sub(word, text)
    return text


def choose(document: Any, keep: Keep | None) -> Any:
    return [row for row in document if keep(row)] if keep else document


def drop_columns(document: Any, names: Collection[str]) -> Any:
    if isinstance(document, list):
        return [drop_columns(row, names) for row in document]
    return {key: cell for key, cell in document.items() if key not in names}


def choose_columns(found: Any, expected: Any, but: Collection[str]) -> Any:
    """Return ``found`` with only the columns that ``expected`` has."""
    if isinstance(found, list):
        wanted = {key for row in expected for key in row}
        return [drop_columns(row, {*but, *(row.keys() - wanted)}) for row in found]
    return drop_columns(found, {*but, *(found.keys() - expected.keys())})
