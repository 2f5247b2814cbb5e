"""Fixtures of the tests of the mock: a cloud that has just been started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.cloud import MockCloud


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud() as started:
        yield started
