"""/v2/cache and the older /v2/cached_images and /v2/queued_images.

On a real cloud, others may fill and clear the same cache meanwhile.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    NO_ROUTE,
    answer_of,
    glance_broke,
    glance_error,
    glance_forbidden,
)
from tests.contract.support.callers import Caller

NOBODYS = "nope"


@pytest.fixture
def image_id(admin: Caller, make_image: Make) -> str:
    made = make_image(disk_format="raw", container_format="bare")["id"]
    assert admin.upload(made, b"data").status_code == 204
    return str(made)


def find_cached(admin: Caller, image_id: str) -> dict[str, Any] | None:
    listed = admin.image("GET", "/cache").json()["cached_images"]
    return next((one for one in listed if one["image_id"] == image_id), None)


def wait_until_cached(admin: Caller, image_id: str, hits: int = 0) -> dict[str, Any]:
    """Real Glance has a worker that queued images wait for."""
    for _ in range(100):
        cached = find_cached(admin, image_id)
        if cached is not None and cached["hits"] == hits:
            return cached
        time.sleep(0.05)
    raise AssertionError(f"{image_id} never had {hits} hits")


def test_a_queued_image_is_cached_and_dropped(admin: Caller, image_id: str) -> None:
    before = time.time() - 60
    answer = admin.image("PUT", f"/cache/{image_id}")
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    cached = wait_until_cached(admin, image_id)
    assert before < cached["last_accessed"]
    assert abs(cached["last_modified"] - cached["last_accessed"]) < 1
    assert {name: cached[name] for name in ("size", "hits", "checksum")} == {
        "size": 4,
        "hits": 0,
        "checksum": None,
    }
    assert len(cached) == 7
    nodes = admin.image("GET", f"/cache/nodes/{image_id}")
    assert (nodes.status_code, len(nodes.json())) == (200, 1)
    answer = admin.image("DELETE", f"/cache/{image_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert find_cached(admin, image_id) is None
    nodes = admin.image("GET", f"/cache/nodes/{image_id}")
    assert answer_of(nodes) == (200, [])


def test_a_download_fills_the_cache_and_further_ones_hit_it(
    admin: Caller, image_id: str
) -> None:
    first = admin.download(image_id)
    assert wait_until_cached(admin, image_id)["hits"] == 0
    again = admin.download(image_id)
    assert again.content == first.content == b"data"
    for name in ("Content-Type", "Content-MD5"):
        assert again.headers[name] == first.headers[name]
    # real Glance does not tell the length while it fills its cache
    assert again.headers["Content-Length"] == "4"
    assert wait_until_cached(admin, image_id, hits=1)
    admin.download(image_id, Range="bytes=0-1")
    assert wait_until_cached(admin, image_id, hits=1)


def test_a_part_of_an_image_is_not_cached(admin: Caller, image_id: str) -> None:
    assert admin.download(image_id, Range="bytes=0-1").status_code == 206
    assert find_cached(admin, image_id) is None


def test_a_deleted_image_leaves_the_cache(admin: Caller, image_id: str) -> None:
    admin.image("PUT", f"/cache/{image_id}")
    wait_until_cached(admin, image_id)
    admin.image("DELETE", f"/images/{image_id}")
    assert find_cached(admin, image_id) is None
    answer = admin.image("DELETE", f"/cache/{image_id}")
    assert answer_of(answer) == glance_error(404, f"Image {image_id} not found.")


@pytest.mark.parametrize(
    ("target", "is_cleared"), [(None, True), ("CACHE", True), ("queue", False)]
)
def test_the_cache_is_cleared_by_target(
    admin: Caller, image_id: str, target: str | None, is_cleared: bool
) -> None:
    admin.download(image_id)
    wait_until_cached(admin, image_id)
    headers = {"X-Image-Cache-Clear-Target": target}
    answer = admin.image("DELETE", "/cache", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (find_cached(admin, image_id) is None) == is_cleared


def test_no_other_target_is_cleared(admin: Caller) -> None:
    headers: dict[str, str | None] = {"X-Image-Cache-Clear-Target": "all"}
    answer = admin.image("DELETE", "/cache", headers=headers)
    message = (
        "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty"
        " string."
    )
    assert answer_of(answer) == glance_error(400, message)


def test_only_an_active_image_is_queued(admin: Caller, make_image: Make) -> None:
    image_id = make_image()["id"]
    answer = admin.image("PUT", f"/cache/{image_id}")
    message = "Only images with status active can be targeted for queueing"
    assert answer_of(answer) == glance_error(400, message)
    assert admin.image("DELETE", f"/cache/{image_id}").status_code == 204
    for method in ("PUT", "DELETE"):
        answer = admin.image(method, f"/cache/{NOBODYS}")
        assert answer_of(answer) == glance_error(404, "Image nope not found.")
    answer = admin.image("GET", f"/cache/nodes/{NOBODYS}")
    assert answer_of(answer) == glance_error(404, "Image nope not found.")


def test_the_cache_is_cleaned_and_pruned(admin: Caller) -> None:
    answer = admin.image("POST", "/cache/clean")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    answer = admin.image("POST", "/cache/prune")
    nothing = {"total_files_pruned": 0, "total_bytes_pruned": 0}
    assert answer_of(answer) == (200, nothing)


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/cache", "cache_list"),
        ("DELETE", "/cache", "cache_delete"),
        ("PUT", "/cache/{}", "cache_image"),
        ("DELETE", "/cache/{}", "cache_delete"),
        ("POST", "/cache/clean", "cache_clean"),
        ("POST", "/cache/prune", "cache_prune"),
        ("GET", "/cache/nodes/{}", "list_cached_nodes"),
        ("GET", "/cached_images", "manage_image_cache"),
        ("DELETE", "/cached_images", "manage_image_cache"),
        ("DELETE", "/cached_images/{}", "manage_image_cache"),
        ("GET", "/queued_images", "manage_image_cache"),
        ("PUT", "/queued_images/{}", "manage_image_cache"),
        ("DELETE", "/queued_images/{}", "manage_image_cache"),
        ("DELETE", "/queued_images", "manage_image_cache"),
    ],
)
def test_only_administrators_manage_the_cache(
    member: Caller, make_image: Make, method: str, path: str, action: str
) -> None:
    own = make_image(by=member)["id"]
    answer = member.image(method, path.format(own))
    assert answer_of(answer) == glance_forbidden(action)


def test_caching_reveals_no_image_of_others(outsider: Caller, image_id: str) -> None:
    for method in ("PUT", "DELETE"):
        answer = outsider.image(method, f"/cache/{image_id}")
        assert answer_of(answer) == glance_error(404, f"Image {image_id} not found.")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/cache", "GET, DELETE"),
        ("/cache/x", "DELETE, PUT"),
        ("/cache/clean", "POST"),
        ("/cache/prune", "POST"),
        ("/cache/nodes/x", "GET"),
    ],
)
def test_other_methods_are_not_allowed(admin: Caller, path: str, methods: str) -> None:
    answer = admin.image("PATCH", path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, methods)


@pytest.mark.parametrize("path", ["/cached_images", "/queued_images"])
def test_the_older_api_has_no_other_methods(admin: Caller, path: str) -> None:
    assert answer_of(admin.image("PATCH", path)) == glance_error(404, NO_ROUTE)


def test_the_older_api_queues_whatever_it_is_told(admin: Caller) -> None:
    done = (200, None)
    path = "/queued_images/contract-test"
    for _ in range(2):
        assert answer_of(admin.image("PUT", path)) == done
    queued = admin.image("GET", "/queued_images").json()["queued_images"]
    assert queued.count("contract-test") == 1
    assert "contract-test" in admin.image("GET", "/cache").json()["queued_images"]
    assert answer_of(admin.image("DELETE", path)) == done
    queued = admin.image("GET", "/queued_images").json()["queued_images"]
    assert "contract-test" not in queued
    admin.image("PUT", path)
    assert admin.image("DELETE", "/cache/contract-test").status_code == 204
    answer = admin.image("DELETE", "/queued_images")
    assert answer.status_code == 200
    assert set(answer.json()) == {"num_deleted"}


def test_the_older_api_drops_what_is_cached(admin: Caller, image_id: str) -> None:
    admin.download(image_id)
    cached = wait_until_cached(admin, image_id)
    assert cached in admin.image("GET", "/cached_images").json()["cached_images"]
    answer = admin.image("DELETE", f"/cached_images/{image_id}")
    assert answer_of(answer) == (200, None)
    assert find_cached(admin, image_id) is None
    answer = admin.image("DELETE", "/cached_images")
    assert set(json.loads(answer.content)) == {"num_deleted"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/cache"),
        ("DELETE", "/cache/x"),
        ("PUT", "/cache/x"),
        ("POST", "/cache/clean"),
        ("POST", "/cache/prune"),
        ("GET", "/cached_images"),
        ("PUT", "/queued_images/x"),
    ],
)
def test_an_unexpected_body_breaks_glance(
    admin: Caller, method: str, path: str
) -> None:
    assert answer_of(admin.image(method, path, json={})) == glance_broke()
