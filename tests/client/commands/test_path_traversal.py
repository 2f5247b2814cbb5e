"""Names such as ``..``, which in a URL would lead to the parent resource."""

from __future__ import annotations

import pytest

from tests.client.support.metadefs import did, done, names
from tests.conftest import Run

pytestmark = pytest.mark.fault(4)

UPWARD = pytest.mark.parametrize("name", [".", ".."])


@UPWARD
def test_deleting_a_part_never_deletes_its_namespace(run: Run, name: str) -> None:
    done(run, "namespace create", "ns", "--tag", "t")
    for noun in ("object", "property", "tag"):
        outcome = done(run, f"{noun} delete", "ns", name)
        assert did(outcome) == (4, "", f"imagectl: No request can name '{name}'.\n")
    assert done(run, "namespace delete", name).exit_code == 4
    assert names(run, "tag", "ns") == {"t"}


@pytest.mark.parametrize("tag", [".", "..", "a/b"])
def test_deleting_a_tag_never_deletes_its_image(run: Run, tag: str) -> None:
    run("image", "create", "a", "--tag", "kept")
    tags = ("image", "show", "a", "-f", "json", "-c", "tags")
    assert run("image", "tag", "add", "a", tag).exit_code == 0
    assert set(run(*tags).json["tags"]) == {"kept", tag}
    assert did(run("image", "unset", "a", "--tag", tag)) == (0, "", "")
    assert run(*tags).json["tags"] == ["kept"]


def test_a_name_with_a_slash_never_leads_below_a_record(run: Run) -> None:
    done(run, "namespace create", "ns", "--tag", "t")
    outcome = done(run, "namespace delete", "ns/tags")
    assert did(outcome) == (4, "", "imagectl: No request can name 'ns/tags'.\n")
    assert names(run, "tag", "ns") == {"t"}
    image_id = run("image", "create", "a", "-f", "json").json["id"]
    for verb in ("show", "delete"):
        outcome = run("image", verb, f"{image_id}/members")
        message = f"imagectl: No Image found for {image_id}/members\n"
        assert did(outcome) == (4, "", message)


@UPWARD
def test_a_name_that_leads_upward_is_not_found(run: Run, name: str) -> None:
    for noun in ("image", "user", "region"):
        for verb in ("show", "delete"):
            assert run(noun, verb, name).exit_code == 4
