"""The image cache: pruning, queue and settings, which a shared cloud cannot test."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.cloud import MockCloud
from tests.mock.support.glance_service import Glance, reason

RAW = {"disk_format": "raw", "container_format": "bare"}


def open_glance(**options: Any) -> Glance:
    cloud = MockCloud(**options)
    return Glance(cloud)


def add_image(glance: Glance, data: bytes) -> str:
    image_id = glance.create(**RAW)
    assert glance.upload(image_id, data).status_code == 204
    return image_id


def cached(glance: Glance) -> dict[str, int]:
    listed = glance.ask("GET", "/v2/cache").json["cached_images"]
    return {one["image_id"]: one["hits"] for one in listed}


def download(glance: Glance, image_id: str) -> bytes:
    return bytes(glance.ask("GET", f"/v2/images/{image_id}/file").content)


def test_the_least_recently_read_image_is_pruned_first() -> None:
    glance = open_glance(cache_max_bytes=8)
    first, second, third = (add_image(glance, b"1234") for _ in range(3))
    for image_id in (first, second, third, first):
        download(glance, image_id)
        glance.cloud.clock.advance(1)
    answer = glance.ask("POST", "/v2/cache/prune")
    assert answer.json == {"total_files_pruned": 1, "total_bytes_pruned": 4}
    assert cached(glance) == {first: 1, third: 0}


@pytest.mark.parametrize("data", [b"", b"x", b"x" * (1 << 20)])
def test_an_image_of_any_size_is_cached(data: bytes) -> None:
    glance = open_glance()
    image_id = add_image(glance, data)
    assert download(glance, image_id) == data
    assert cached(glance) == {image_id: 0}
    assert download(glance, image_id) == data
    assert cached(glance) == {image_id: 1}


def test_a_deactivated_image_is_read_past_the_cache() -> None:
    glance = open_glance()
    image_id = add_image(glance, b"data")
    download(glance, image_id)
    glance.ask("POST", f"/v2/images/{image_id}/actions/deactivate")
    assert download(glance, image_id) == b"data"
    assert cached(glance) == {image_id: 0}


def test_a_queue_is_worked_off_and_keeps_its_order() -> None:
    glance = open_glance()
    image_id = add_image(glance, b"data")
    for name in ("b", image_id, "a"):
        glance.ask("PUT", f"/v2/queued_images/{name}")
    glance.ask("PUT", f"/v2/cache/{image_id}")
    state = glance.ask("GET", "/v2/cache").json
    assert state["queued_images"] == ["b", "a"]
    assert list(cached(glance)) == [image_id]
    answer = glance.ask("DELETE", "/v2/queued_images")
    assert answer.json == {"num_deleted": 2}


def test_a_cloud_without_a_cache_says_so() -> None:
    glance = open_glance(cache=False)
    image_id = add_image(glance, b"data")
    assert download(glance, image_id) == b"data"
    answer = glance.ask("GET", "/v2/cache")
    assert answer.status_code == 404
    assert reason(answer) == "Caching via API is not supported at this site."
    assert glance.ask("GET", "/v2/cache", by="member@ops").status_code == 403


@pytest.mark.parametrize(
    ("options", "minors"),
    [
        ({}, [*range(18, -1, -1)]),
        ({"cache": False}, [15, *range(13, 7, -1), 17, *range(7, -1, -1)]),
        ({"stores": ""}, [*range(18, 13, -1), 9, *range(7, -1, -1)]),
        ({"stores": "", "cache": False}, [15, 9, 17, *range(7, -1, -1)]),
    ],
)
def test_versions_go_with_what_the_cloud_has(
    options: dict[str, Any], minors: list[int]
) -> None:
    glance = open_glance(**options)
    listed = glance.ask("GET", "/versions").json["versions"]
    assert [one["id"] for one in listed] == [f"v2.{minor}" for minor in minors]
    [current] = [one["id"] for one in listed if one["status"] == "CURRENT"]
    assert current == f"v2.{max(minors)}"
    for minor in range(19):
        status = glance.ask("GET", f"/v2.{minor}/images").status_code
        assert status == (200 if minor in minors else 300)
