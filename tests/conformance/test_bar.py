"""Comparison of two Tempest runs: which differences count as a shortfall."""

from __future__ import annotations

from tests.conformance.bar import (
    IDENTITY_TESTS,
    IMAGE_TESTS,
    find_missing,
    find_shortfalls,
)
from tests.conformance.tempest import Outcomes, read_outcomes

OUTPUT = """\
{0} tempest.api.image.v2.test_images.Images.test_one [0.501387s] ... ok
{1} tempest.api.image.v2.test_images.Images.test_two [1.0s] ... FAILED
{0} tempest.api.identity.v3.test_users.Users.test_three ... SKIPPED: no flag is on
{1} setUpClass (tempest.api.image.v2.test_images.Formats) ... SKIPPED: no compute
{1} setUpClass (tempest.api.identity.v3.test_rules.Rules) [0.000000s] ... FAILED
2026-11-22 12:33:32 INFO tempest.api.image.v2.test_images.Images.test_four ... ok
"""


def name_tests(service: str, module: str, count: int) -> set[str]:
    return {f"tempest.api.{service}.{module}.Test.test_{n}" for n in range(count)}


def complete() -> Outcomes:
    image = name_tests("image", "test_images", IMAGE_TESTS)
    return Outcomes(image | name_tests("identity", "test_users", IDENTITY_TESTS))


def test_the_lines_of_a_run_are_read() -> None:
    outcomes = read_outcomes(OUTPUT)
    image, identity = outcomes.of("image"), outcomes.of("identity")
    assert image.passed == {"tempest.api.image.v2.test_images.Images.test_one"}
    assert image.failed == {"tempest.api.image.v2.test_images.Images.test_two"}
    assert image.skipped == {"setUpClass (tempest.api.image.v2.test_images.Formats)"}
    assert identity.failed == {"setUpClass (tempest.api.identity.v3.test_rules.Rules)"}
    assert identity.skipped == {"tempest.api.identity.v3.test_users.Users.test_three"}


def test_a_mock_that_passes_everything_is_at_the_bar() -> None:
    assert not list(find_shortfalls(complete(), complete()))


def test_a_family_that_may_be_left_out_is_no_shortfall() -> None:
    trusts = name_tests("identity", "test_trusts", 6)
    real = Outcomes(complete().passed | trusts)
    assert find_missing(complete(), real) == sorted(trusts)
    assert not list(find_shortfalls(complete(), real))


def test_any_other_missing_test_is_a_shortfall() -> None:
    tags = name_tests("image", "test_tags", 1)
    [shortfall] = find_shortfalls(complete(), Outcomes(complete().passed | tags))
    assert shortfall.startswith(next(iter(tags)))


def test_too_few_passed_tests_are_always_a_shortfall() -> None:
    mock = complete()
    mock.passed -= name_tests("image", "test_images", 1)
    [shortfall] = find_shortfalls(mock, mock)
    assert shortfall == f"{IMAGE_TESTS - 1} image tests pass, {IMAGE_TESTS} must"
