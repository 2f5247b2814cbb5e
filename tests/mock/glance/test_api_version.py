"""``--image-api-version``: routes of later versions of the API are absent."""

from __future__ import annotations

import json
import re

import pytest

from mockserver.cloud import MockCloud
from mockserver.glance.application import MODULES
from mockserver.glance.versions import INTRODUCED, is_later
from mockserver.state.settings import BadSetting, Settings
from tests.mock.support.glance_service import Glance, open_glance

PATHS = {
    "/v2/schemas/members": 1,
    "/v2/schemas/tasks": 2,
    "/v2/schemas/metadefs/tag": 2,
    "/v2/metadefs/namespaces": 2,
    "/v2/tasks": 2,
    "/v2/info/import": 6,
    "/v2/info/stores": 8,
    "/v2/info/usage": 13,
    "/v2/cache": 14,
    "/v2/info/stores/detail": 15,
}
"""What an administrator may GET, and the minor version that brought it."""


@pytest.mark.parametrize("minor", [0, 1, 2, 5, 6, 7, 8, 12, 13, 14, 15, 17, 18])
def test_later_routes_are_not_there(minor: int) -> None:
    with open_glance(image_api_version=f"2.{minor}") as glance:
        found = {path for path in PATHS if glance.ask("GET", path).status_code != 404}
        assert found == {path for path, came in PATHS.items() if came <= minor}
        assert glance.ask("GET", "/v2/images").status_code == 200


def announced_by(glance: Glance) -> dict[str, str]:
    answer = glance.ask("GET", "/versions")
    return {one["id"]: one["status"] for one in json.loads(answer.text)["versions"]}


def test_the_capped_version_is_the_current_one() -> None:
    with open_glance(image_api_version="2.12") as glance:
        announced = announced_by(glance)
    assert announced["v2.12"] == "CURRENT"
    assert list(announced.values()).count("CURRENT") == 1
    assert not announced.keys() & {f"v2.{minor}" for minor in range(13, 19)}


def test_a_later_version_in_a_path_is_none() -> None:
    with open_glance(image_api_version="2.12") as glance:
        assert glance.ask("GET", "/v2.12/images").status_code == 200
        assert glance.ask("GET", "/v2.13/images").status_code == 300


def test_a_later_route_hides_its_actions_too() -> None:
    with open_glance(image_api_version="2.2") as glance:
        path = f"/v2/images/{glance.create()}/actions/deactivate"
        assert glance.ask("POST", path).status_code == 404


@pytest.mark.parametrize("version", ["", "2", "2.19", "3.0", "2.x", "v2.5", "2.05"])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(BadSetting):
        MockCloud(image_api_version=version)


ROUTES = [route.path for module in MODULES for route in module.ROUTES]
CAME = {
    "/v2/images/{image_id}/members": 1,
    "/v2/images/{image_id}/members/{member_id}": 1,
    "/v2/schemas/member": 1,
    "/v2/schemas/members": 1,
    "/v2/schemas/task": 2,
    "/v2/schemas/tasks": 2,
    "/v2/tasks": 2,
    "/v2/tasks/{task_id}": 2,
    "/v2/images/{image_id}/actions/deactivate": 3,
    "/v2/images/{image_id}/actions/reactivate": 3,
    "/v2/images/{image_id}/import": 6,
    "/v2/images/{image_id}/stage": 6,
    "/v2/info/import": 6,
    "/v2/info/stores": 8,
    "/v2/stores/{store}/{image_id}": 10,
    "/v2/images/{image_id}/tasks": 12,
    "/v2/info/usage": 13,
    "/v2/cache": 14,
    "/v2/cache/{image_id}": 14,
    "/v2/info/stores/detail": 15,
    "/v2/images/{image_id}/locations": 17,
    "/v2/cache/clean": 18,
    "/v2/cache/nodes/{image_id}": 18,
    "/v2/cache/prune": 18,
}
"""What Glance's API reference and releases say of each route, metadefs (2.2) aside."""


@pytest.mark.parametrize("path", ROUTES)
def test_a_route_is_there_from_the_version_that_brought_it(path: str) -> None:
    came = CAME.get(path, 2 if "metadefs" in path else 0)
    for minor in range(19):
        settings = Settings(image_api_version=f"2.{minor}")
        assert is_later(path, settings) is (minor < came)


def test_every_path_that_came_later_is_one_of_the_routes() -> None:
    assert CAME.keys() <= set(ROUTES)
    for known, _ in INTRODUCED:
        assert any(re.fullmatch(known, path) for path in ROUTES), known
