"""openstacksdk and python-glanceclient see what they see of the real services.

One run of a library's script is one test: starting it is what takes the time.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.support.clouds import DOORS
from tests.contract.support.libraries.driving import (
    LIBRARIES,
    drive,
    find_python,
    path_of,
)

pytestmark = pytest.mark.reference


@pytest.fixture
def python() -> str:
    found = find_python()
    if found is None:
        pytest.skip("no python in IMAGECTL_REFERENCE_BIN")
    return found


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("door", ["tcp", pytest.param("real", marks=pytest.mark.real)])
def test_a_library_sees_what_it_sees_of_the_real_services(
    library: str, door: str, python: str
) -> None:
    expected: dict[str, Any] = json.loads(path_of(library).read_text())
    with DOORS[door]() as cloud:
        seen = drive(python, library, cloud)
    assert seen.keys() == expected.keys()
    for part, notes in expected.items():
        assert seen[part] == notes, part
