"""The bar: which Tempest tests the mock must pass, beside the real services."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.tempest import Outcomes

IMAGE_TESTS = 92
IDENTITY_TESTS = 122
# The families of identity tests that the mock may leave out, by module.
EXCEPTIONS = {
    "test_oauth_consumers": "OAuth1 consumers",
    "test_trusts": "trusts",
    "test_endpoint_groups": "endpoint groups",
    "test_domain_configuration": "configuration of single domains",
}
TWO_CACHES = "test_remote_and_self_cache"


def find_missing(mock: Outcomes, real: Outcomes) -> list[str]:
    """List the tests that pass on the real services and not on the mock."""
    return sorted(real.passed - mock.passed)


def find_reason(test: str) -> str | None:
    """Return why the mock need not pass a test, if there is a reason."""
    if test.endswith(TWO_CACHES):
        return "the mock is one process with one cache"
    families = (text for name, text in EXCEPTIONS.items() if f".{name}." in test)
    return next(families, None)


def find_shortfalls(mock: Outcomes, real: Outcomes) -> Iterator[str]:
    """Yield a line for each way in which the mock stays below the bar."""
    for service, least in (("image", IMAGE_TESTS), ("identity", IDENTITY_TESTS)):
        passed = len(mock.of(service).passed)
        if passed < least:
            yield f"{passed} {service} tests pass, {least} must"
    for test in find_missing(mock, real):
        if find_reason(test) is None:
            yield f"{test} passes on the real services only"
