"""The comparison of two Tempest runs, printed and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.conformance.bar import (
    EXCEPTIONS,
    IDENTITY_TESTS,
    IMAGE_TESTS,
    find_missing,
    find_reason,
)
from tests.conformance.operations import render_operations
from tests.conformance.tempest import Outcomes
from tests.contract.test_differential import BATCH, BATCHES, SERVICES

ENDINGS = ("passed", "failed", "skipped")

INTRODUCTION = """\
# Conformance

Written by `make conformance`, after `make real`; do not edit.

## Tempest

Tempest 47's `tempest.api.image` and `tempest.api.identity` against the mock and
against Keystone 30 and Glance 33, every feature flag on that the real services
have ([settings](../tests/conformance/settings.py)). A class of tests that is
skipped as a whole counts once. On the real services a test that fails is run
once more, alone.
"""


def count(outcomes: Outcomes, service: str) -> list[str]:
    return [str(len(names)) for names in outcomes.of(service).sets()]


def render_sequences() -> Iterator[str]:
    count = BATCH * BATCHES["real"] * len(SERVICES)
    yield f"`make real` plays {count} fixed sequences of 10 to 30 valid and invalid"
    yield "requests on the mock and on the real services, and compares every status and"
    yield "body. While the mock was written, about 1,000 others were played"
    yield "(`IMAGECTL_FUZZ_SEQUENCES`, `IMAGECTL_FUZZ_SEED`); each difference that they"
    yield "found is a fixed test, or stands with its reason in"
    yield "`tests/contract/support/differential.py`."


def render_table(mock: Outcomes, real: Outcomes) -> Iterator[str]:
    yield "| | mock: passed | failed | skipped | real: passed | failed | skipped |"
    yield "| --- |" + " --- |" * 6
    for service in ("image", "identity"):
        cells = [service, *count(mock, service), *count(real, service)]
        yield f"| {' | '.join(cells)} |"


def render_missing(mock: Outcomes, real: Outcomes) -> Iterator[str]:
    for test in find_missing(mock, real):
        yield f"- `{test}`: {find_reason(test) or 'not excused'}"


def render_comparison(mock: Outcomes, real: Outcomes) -> str:
    """What the command prints."""
    lines = [f"{'':10}{'mock':>24}{'real':>24}"]
    lines.append(f"{'':10}" + "".join(f"{ending:>8}" for ending in ENDINGS * 2))
    for service in ("image", "identity"):
        cells = [*count(mock, service), *count(real, service)]
        lines.append(f"{service:10}" + "".join(f"{cell:>8}" for cell in cells))
    lines += ["", "Passed on the real services only:", *render_missing(mock, real)]
    lines += ["", "Failed on the real services:", *sorted(real.failed)]
    return "\n".join(lines) + "\n\n"


def render_page(mock: Outcomes, real: Outcomes, operations: Path) -> str:
    lines = [INTRODUCTION, *render_table(mock, real), ""]
    lines += [
        f"The bar: at least {IMAGE_TESTS} image tests and {IDENTITY_TESTS} identity"
        " tests pass on the mock.",
        "What passes on the real services only, and why it may:",
        "",
        *render_missing(mock, real),
        "",
        f"The families that may be left out: {', '.join(EXCEPTIONS.values())}.",
        "",
        "## Sequences",
        "",
        *render_sequences(),
        "",
        "## Operations",
        "",
        "Every operation of the mock, and the modules of `tests/contract` whose tests",
        "called it on the real services and passed; the same tests hold the mock to",
        "the same answers.",
        "",
        *render_operations(operations),
    ]
    return "\n".join(lines) + "\n"
