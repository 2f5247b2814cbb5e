"""What Glance says to data of every kind, beside the mock's check and imagectl's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.support.callers import Caller
from tests.contract.support.clouds import Cloud
from tests.contract.support.data_corpus import CORPUS, formats_to_declare
from tests.contract.support.data_verdicts import (
    BY_PIECES,
    DIFFERENCES,
    SENT,
    TAKEN,
    UPLOAD,
    ask,
    ask_imagectl,
    ask_mock,
    key_of,
    list_cases,
    read_recorded,
)
from tests.robustness.sizes import size

RECORDED = read_recorded()
CASES = list(list_cases())
HYBRIDS = [case for case in CASES if case[1].startswith("iso-hybrid")]
PARTS = 12


def test_every_case_is_recorded() -> None:
    assert {key_of(*case) for case in CASES} == RECORDED.keys()


@pytest.mark.fault(14)
def test_the_mock_judges_data_as_glance_does(cases: Callable[[int], None]) -> None:
    for name in CORPUS:
        judge = ask_mock(name)
        for disk_format in formats_to_declare(name):
            recorded = RECORDED[key_of(UPLOAD, name, disk_format)]
            assert (name, disk_format, judge(disk_format)) == (
                name,
                disk_format,
                recorded,
            )
            cases(1)


@pytest.mark.fault(12)
def test_what_glance_refuses_is_not_sent(cases: Callable[[int], None]) -> None:
    for way, name, disk_format in CASES:
        verdict = ask_imagectl(name, disk_format)
        is_taken = RECORDED[key_of(way, name, disk_format)].startswith(TAKEN)
        if (name, disk_format) in DIFFERENCES:
            is_taken = not is_taken
        assert verdict.startswith(SENT) == is_taken, (name, disk_format, verdict)
        cases(1)


@pytest.mark.fault(14)
@pytest.mark.parametrize("part", range(PARTS))
def test_uploads_and_imports_are_judged_as_recorded(
    cloud: Cloud, admin: Caller, part: int, cases: Callable[[int], None]
) -> None:
    chosen = CASES[part::PARTS]
    if cloud.door != "real":
        chosen = [case for case in chosen if case not in BY_PIECES]
        chosen = [*chosen[: size(3, len(chosen))], *HYBRIDS[part::PARTS]]
    found = {key_of(*case): ask(admin, *case) for case in chosen}
    assert found == {key: RECORDED[key] for key in found}
    cases(len(found))
