"""Random hostile requests to every route: none makes the mock crash."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.cloud import MockCloud
from mockserver.glance.errors import ServerError
from tests.mock.support.hostile_requests import Generator, Hostile
from tests.mock.support.identity_calls import call, sign_in
from tests.robustness.sizes import size

SEED = 20_26
EACH = 500
"""How many requests a cloud is sent before it is as at its start again."""


def answer(apps: Any, request: Hostile) -> int:
    statuses: list[int] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        for name, value in headers:
            (name + value).encode("latin-1")
        statuses.append(int(status[:3]))

    pieces = getattr(apps, request.service)(request.environ, start_response)
    try:
        for _ in pieces:
            pass
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    return statuses[0]


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud() as cloud:
        yield cloud


@pytest.mark.fault(25)
def test_no_request_makes_the_mock_crash(
    cloud: MockCloud, cases: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR")
    count = size(1_500, 32_000)
    apps = cloud.build_apps(is_local=True)
    crashed = []
    for part in range(count // EACH):
        cloud.reset()
        token = sign_in(cloud).headers["X-Subject-Token"]
        users = call(cloud, "GET", "/users").json()["users"]
        known = [users[0]["id"], "default", "RegionOne", cloud.domain_id, "raw"]
        for collection in ("projects", "roles", "services", "endpoints"):
            records = call(cloud, "GET", f"/{collection}").json()[collection]
            known += [one["id"] for one in records[:2]]
        generator = Generator(SEED + part, known, [token] * 9 + ["\xff"])
        for request in generator.requests(EACH):
            shown = str(request)
            caplog.clear()
            try:
                status = answer(apps, request)
            except Exception as error:
                crashed.append((shown, repr(error)))
                continue
            if status == 500 and not is_known(caplog):
                crashed.append((shown, caplog.text[-600:]))
    assert not crashed, "\n\n".join(f"{one}\n{why}" for one, why in crashed[:40])
    cases(count)


KNOWN = {
    "_read_limit": "Keystone reads a limit by int(), and crashes on other text",
}
"""Functions in which the mock crashes as the real services do, and why they do."""


def is_known(caplog: pytest.LogCaptureFixture) -> bool:
    """Tell whether a 500 is one that the real services give, too."""
    errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
    return all(
        isinstance(error, ServerError) or where_of(error) in KNOWN for error in errors
    )


def where_of(error: BaseException | None) -> str:
    """Return the name of the function that raised an error."""
    frames = traceback.extract_tb(error and error.__traceback__)
    return frames[-1].name if frames else ""
