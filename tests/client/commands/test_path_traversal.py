"""Names such as ``..``, which in a URL would lead to the parent resource."""

from __future__ import annotations

import pytest

from tests.client.support.metadefs import did, done, names
from tests.conftest import Run

UPWARD = pytest.mark.parametrize("name", ["", ".", ".."])


@UPWARD
def test_no_part_is_so_called_that_its_namespace_is_deleted(
    run: Run, name: str
) -> None:
    done(run, "namespace create", "ns", "--tag", "t")
    for noun in ("object", "property", "tag"):
        outcome = done(run, f"{noun} delete", "ns", name)
        assert did(outcome) == (4, "", f"imagectl: No request can name '{name}'.\n")
    assert done(run, "namespace delete", name).exit_code == 4
    assert names(run, "tag", "ns") == {"t"}


def test_no_tag_is_so_called_that_its_image_is_deleted(run: Run) -> None:
    run("image", "create", "a", "--tag", "..")
    outcome = run("image", "unset", "a", "--tag", "..")
    assert did(outcome) == (4, "", "imagectl: No request can name '..'.\n")
    assert run("image", "show", "a").exit_code == 0


@UPWARD
def test_no_record_is_found_by_what_stands_above_it(run: Run, name: str) -> None:
    for noun in ("image", "user", "region"):
        for verb in ("show", "delete"):
            assert run(noun, verb, name).exit_code == 4
