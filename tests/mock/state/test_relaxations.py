"""``--loose``: which checks a loose cloud relaxes, and which it keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.main import build_parser
from mockserver.cloud import MockCloud
from mockserver.state.relaxations import RELAXED
from tests.mock.support.glance_service import Glance, open_glance

MEMBER = "member@p1"


@pytest.fixture(scope="module", params=[True, False], ids=["loose", "strict"])
def glance(request: pytest.FixtureRequest) -> Iterator[Glance]:
    with open_glance(loose=request.param) as service:
        yield service


def is_loose(glance: Glance) -> bool:
    return glance.cloud.settings.loose


def make_image(glance: Glance, by: str = MEMBER, **values: Any) -> str:
    formats = {"disk_format": "raw", "container_format": "bare"}
    return glance.create(by, **{**formats, **values})


def test_members_make_images_public_in_a_loose_cloud_alone(glance: Glance) -> None:
    wanted = {"visibility": "public"}
    created = glance.ask("POST", "/v2/images", wanted, MEMBER).status_code
    change = {"op": "replace", "path": "/visibility", "value": "public"}
    changed = glance.patch(make_image(glance), change, by=MEMBER).status_code
    assert (created, changed) == ((201, 200) if is_loose(glance) else (403, 403))


def test_members_copy_images_in_a_loose_cloud_alone(glance: Glance) -> None:
    image_id = make_image(glance)
    assert glance.upload(image_id, b"data", MEMBER).status_code == 204
    body = {"method": {"name": "copy-image"}, "stores": ["slow"]}
    answer = glance.ask("POST", f"/v2/images/{image_id}/import", body, MEMBER)
    assert answer.status_code == (202 if is_loose(glance) else 403)


def test_data_of_another_format_passes_in_a_loose_cloud_alone(glance: Glance) -> None:
    image_id = make_image(glance, disk_format="qcow2")
    answer = glance.upload(image_id, b"no qcow2 at all" * 1000, MEMBER)
    assert answer.status_code == (204 if is_loose(glance) else 415)


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_a_loose_cloud_keeps_every_other_check(glance: Glance, visibility: str) -> None:
    image_id = glance.create("admin@ops", visibility=visibility)
    change = {"op": "replace", "path": "/visibility", "value": "public"}
    refused = 403 if visibility == "public" else 404
    assert glance.patch(image_id, change, by=MEMBER).status_code == refused
    reader = glance.ask("POST", "/v2/images", {"visibility": "public"}, "reader@p1")
    assert reader.status_code == 403


def test_help_lists_every_check_that_is_relaxed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["serve", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for relaxation in RELAXED:
        assert f"{relaxation.effect} ({relaxation.name})" in shown


def test_no_check_is_relaxed_unless_asked_for() -> None:
    with MockCloud().in_process() as cloud:
        assert not cloud.settings.loose
        assert cloud.settings.must_match_format


def test_the_readme_lists_every_check_that_is_relaxed() -> None:
    readme = Path(__file__).parents[3] / "README.md"
    listed = re.findall(r"^- ([a-z-]+): (.*)$", readme.read_text(), re.MULTILINE)
    assert listed == [(one.name, one.effect) for one in RELAXED]
