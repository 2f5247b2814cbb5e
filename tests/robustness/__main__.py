"""Write docs/robustness.md from what `make robustness` and `make real` recorded.

    python -m tests.robustness FOLDER --write FILE

Exits with 1 when a fault has no test, or one of its tests did not pass.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.robustness.faults import FAULTS, KINDS

INTRODUCTION = """\
# Robustness

Written by `make robustness`, after `make real`; do not edit.

Each row is a kind of fault that was found in the field. Its tests try other values of
the kind than those that were found; a case is one command line, request, file or
signal that was tried. *real* counts the cases tried on real Keystone and Glance as
well.
"""


@dataclass
class Tried:
    """What was tried of one fault: cases by ``mock`` and ``real``, and the tests."""

    cases: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tests: set[str] = field(default_factory=set)
    not_passed: set[str] = field(default_factory=set)


def read_rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what was recorded, each with the name of its folder, mock or real."""
    for file in sorted(folder.glob("*/*.jsonl")):
        for line in file.read_text().splitlines():
            yield file.parent.name, json.loads(line)


def collect(folder: Path) -> dict[int | str, Tried]:
    tried: dict[int | str, Tried] = defaultdict(Tried)
    for where, row in read_rows(folder):
        for number in row["faults"]:
            fault = tried[number]
            fault.tests.add(row["test"])
            if row["outcome"] == "passed":
                fault.cases[where] += row["cases"]
            elif row["outcome"] == "failed" and where == "mock":
                # What fails on the real services is asked again, of new ones.
                fault.not_passed.add(row["test"])
    return tried


def render_tests(tests: set[str]) -> str:
    by_file: dict[str, int] = defaultdict(int)
    for test in sorted(tests):
        by_file[test.partition("::")[0]] += 1
    links = [f"[{Path(name).name}](../{name}): {n}" for name, n in by_file.items()]
    return ", ".join(links)


def render_kind(kind: str, tried: dict[int | str, Tried]) -> Iterator[str]:
    yield f"## {KINDS[kind]}"
    yield ""
    yield "| | fault | cases | real | held | tests |"
    yield "| --- | --- | ---: | ---: | --- | --- |"
    for number, text in FAULTS[kind].items():
        fault = tried.get(number, Tried())
        held = "no test" if not fault.tests else "no" if fault.not_passed else "all"
        cells = [str(number), text, f"{fault.cases['mock']:,}"]
        cells += [f"{fault.cases['real']:,}" if fault.cases["real"] else ""]
        yield f"| {' | '.join([*cells, held, render_tests(fault.tests)])} |"
    yield ""


def render_page(tried: dict[int | str, Tried]) -> str:
    lines = [INTRODUCTION]
    for kind in KINDS:
        lines += render_kind(kind, tried)
    return "\n".join(lines)


def find_shortfalls(tried: dict[int | str, Tried]) -> Iterator[str]:
    for number in (number for faults in FAULTS.values() for number in faults):
        fault = tried.get(number, Tried())
        if not fault.tests:
            yield f"fault {number}: no test"
        yield from (f"fault {number}: {test}" for test in sorted(fault.not_passed))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", type=Path, required=True, help="page to write")
    arguments = parser.parse_args()
    tried = collect(arguments.folder)
    arguments.write.write_text(render_page(tried))
    shortfalls = list(find_shortfalls(tried))
    sys.stdout.writelines(f"{one}\n" for one in shortfalls)
    return 1 if shortfalls else 0


if __name__ == "__main__":
    sys.exit(main())
