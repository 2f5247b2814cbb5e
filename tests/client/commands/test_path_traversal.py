"""Names such as ``..``, which in a URL would lead to the parent resource."""

from __future__ import annotations

import pytest

from tests.client.support.metadefs import did, done, names
from tests.conftest import Run

UPWARD = pytest.mark.parametrize("name", [".", ".."])


@UPWARD
def test_deleting_a_part_never_deletes_its_namespace(run: Run, name: str) -> None:
    done(run, "namespace create", "ns", "--tag", "t")
    for noun in ("object", "property", "tag"):
        outcome = done(run, f"{noun} delete", "ns", name)
        assert did(outcome) == (4, "", f"imagectl: No request can name '{name}'.\n")
    assert done(run, "namespace delete", name).exit_code == 4
    assert names(run, "tag", "ns") == {"t"}


def test_deleting_a_tag_never_deletes_its_image(run: Run) -> None:
    run("image", "create", "a", "--tag", "..")
    outcome = run("image", "unset", "a", "--tag", "..")
    assert did(outcome) == (4, "", "imagectl: No request can name '..'.\n")
    assert run("image", "show", "a").exit_code == 0


@UPWARD
def test_a_name_that_leads_upward_is_not_found(run: Run, name: str) -> None:
    for noun in ("image", "user", "region"):
        for verb in ("show", "delete"):
            assert run(noun, verb, name).exit_code == 4
