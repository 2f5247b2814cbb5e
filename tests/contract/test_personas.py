"""Permissions: every operation as every persona, with the real services' statuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.support.callers import Caller
from tests.contract.support.persona_stage import Stage
from tests.contract.support.persona_walks import Operation, load, walk


@pytest.fixture(scope="module")
def stage(admin: Caller) -> Iterator[Stage]:
    stage = Stage(admin)
    yield stage
    stage.clear()


@pytest.mark.parametrize("operation", load(), ids=lambda operation: operation.name)
def test_all_personas_are_answered_as_keystone_and_glance_do(
    stage: Stage, operation: Operation
) -> None:
    assert walk(stage, operation) == operation.statuses
