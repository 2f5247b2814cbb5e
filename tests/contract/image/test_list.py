"""GET /v2/images: filters, sorting, pages and refused queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.support.answers import answer_of, glance_error
from tests.contract.support.callers import Caller, unique

SORT_KEYS = (
    "name, status, container_format, disk_format, size, id, created_at, updated_at"
)
MODEL_METHODS = (
    "delete",
    "get",
    "items",
    "iteritems",
    "keys",
    "metadata",
    "registry",
    "save",
    "to_dict",
    "update",
    "values",
)
"""Attributes of Glance's database model of an image that are no columns."""
FORMATS = {"disk_format": "raw", "container_format": "bare"}


@dataclass(frozen=True)
class Shelf:
    """Three images that a property of their own tells from all others.

    `one` and `two` are active, with 5 and 10 bytes; `three` is queued.
    """

    admin: Caller
    mark: str
    ids: dict[str, str]

    def get(self, query: str) -> Any:
        values = {**self.ids, "mark": self.mark}
        path = f"/images?shelf={self.mark}&{query.format(**values)}"
        return self.admin.image("GET", path.rstrip("&"))

    def list_names(self, query: str) -> list[str]:
        answer = self.get(query)
        assert answer.status_code == 200, answer.text
        names = [image["name"] for image in answer.json()["images"]]
        return [name.removesuffix(f"-{self.mark}") for name in names]


@pytest.fixture(scope="module")
def shelf(admin: Caller) -> Iterator[Shelf]:
    mark = unique("shelf")
    ids = {}
    for number, (name, tags) in enumerate(
        [("one", ["x"]), ("two", ["x", "y"]), ("three", [])], start=1
    ):
        values = {
            "name": f"{name}-{mark}",
            "shelf": mark,
            "tags": tags,
            "min_ram": number,
            **FORMATS,
        }
        image = admin.image("POST", "/images", json=values).json()
        ids[name] = image["id"]
        if name != "three":
            admin.upload(image["id"], b"12345" * number)
    yield Shelf(admin, mark, ids)
    for image_id in ids.values():
        admin.image("DELETE", f"/images/{image_id}")


def test_a_listing_shows_whole_images(shelf: Shelf, admin: Caller) -> None:
    body = shelf.get("name=one-{mark}").json()
    shown = admin.image("GET", f"/images/{shelf.ids['one']}").json()
    query = f"shelf={shelf.mark}&name=one-{shelf.mark}"
    assert body == {
        "images": [shown],
        "first": f"/v2/images?{query}",
        "schema": "/v2/schemas/images",
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=one-{mark}", ["one"]),
        ("name=eq:one-{mark}", ["one"]),
        ("name=in:one-{mark},two-{mark}", ["one", "two"]),
        ('name=in:"one-{mark}"', ["one"]),
        ("id={two}", ["two"]),
        ("id=in:{one},{three}", ["one", "three"]),
        ("status=active", ["one", "two"]),
        ("status=in:active,queued", ["one", "three", "two"]),
        ("status=bogus", []),
        ("disk_format=raw", ["one", "three", "two"]),
        ("disk_format=in:iso,qcow2", []),
        ("container_format=bare", ["one", "three", "two"]),
        ("tag=x", ["one", "two"]),
        ("tag=x&tag=y", ["two"]),
        ("tag=nope", []),
        ("size=5", ["one"]),
        ("size_min=6", ["two"]),
        ("size_max=6", ["one"]),
        ("size_min=5&size_max=10", ["one", "two"]),
        ("min_ram=2", ["two"]),
        ("min_ram_min=2", ["three", "two"]),
        ("min_ram_max=1", ["one"]),
        ("min_disk_min=1", []),
        ("visibility=shared", ["one", "three", "two"]),
        ("visibility=all", ["one", "three", "two"]),
        ("visibility=private", []),
        ("os_hidden=false", ["one", "three", "two"]),
        ("os_hidden=true", []),
        ("protected=false", ["one", "three", "two"]),
        ("protected=true", []),
        ("owner=nope", []),
        ("checksum=827ccb0eea8a706c4c34a16891f84e7b", ["one"]),
        ("os_hash_value=nope", []),
        ("created_at=gt:2020-01-01T00:00:00Z", ["one", "three", "two"]),
        ("created_at=lt:2020-01-01T00:00:00Z", []),
        ("updated_at=gte:2020-01-01T00:00:00Z", ["one", "three", "two"]),
        ("member_status=accepted", ["one", "three", "two"]),
        ("colour=any", []),
        ("shelf=in:{mark}", []),
        *((f"{attribute}=any", []) for attribute in MODEL_METHODS),
    ],
)
def test_a_listing_is_filtered(shelf: Shelf, query: str, names: list[str]) -> None:
    assert sorted(shelf.list_names(query)) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("sort=name:asc", ["one", "three", "two"]),
        ("sort=name:desc", ["two", "three", "one"]),
        ("sort=name", ["two", "three", "one"]),
        ("sort=status:desc,name:asc", ["three", "one", "two"]),
        ("sort=size:asc", ["three", "one", "two"]),
        ("sort_key=name&sort_dir=asc", ["one", "three", "two"]),
        ("sort_key=name", ["two", "three", "one"]),
        (
            "sort_key=status&sort_key=name&sort_dir=asc&sort_dir=desc",
            ["two", "one", "three"],
        ),
        ("sort_key=status&sort_key=name&sort_dir=asc", ["one", "two", "three"]),
    ],
)
def test_a_listing_is_sorted(shelf: Shelf, query: str, names: list[str]) -> None:
    assert shelf.list_names(query) == names


def test_the_newest_image_comes_first(shelf: Shelf) -> None:
    assert shelf.list_names("") == ["three", "two", "one"]
    assert shelf.list_names("sort_dir=asc") == ["one", "two", "three"]


def test_pages_follow_one_another_by_marker(shelf: Shelf) -> None:
    query = f"shelf={shelf.mark}&sort=name%3Aasc&limit=2"
    first = shelf.get("sort=name:asc&limit=2").json()
    assert first["first"] == f"/v2/images?{query}"
    marker = shelf.ids["three"]
    assert first["next"] == f"/v2/images?{query}&marker={marker}"
    admin = shelf.admin
    last = admin.fetch("GET", admin.cloud.image_url + first["next"]).json()
    assert [image["id"] for image in last["images"]] == [shelf.ids["two"]]
    assert last["first"] == f"/v2/images?{query}"
    assert "next" not in last


def test_a_full_last_page_still_names_a_next_one(shelf: Shelf) -> None:
    body = shelf.get("limit=3&sort=name:asc").json()
    assert body["next"].endswith(f"&marker={shelf.ids['two']}")
    assert shelf.list_names("limit=3&sort=name:asc&marker={two}") == []


def test_a_limit_of_none_lists_none(shelf: Shelf) -> None:
    body = shelf.get("limit=0").json()
    assert body["images"] == []
    assert "next" not in body


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("visibility=all&visibility=shared", ["three", "two", "one"]),
        ("visibility=shared&visibility=all", []),
        ("visibility=private&visibility=shared", []),
    ],
)
def test_a_second_visibility_narrows_the_first(
    shelf: Shelf, query: str, names: list[str]
) -> None:
    assert sorted(shelf.list_names(query)) == sorted(names)


def test_links_keep_one_of_a_repeated_parameter(shelf: Shelf) -> None:
    body = shelf.get("limit=1&tag=x&tag=y").json()
    assert body["first"] == f"/v2/images?shelf={shelf.mark}&limit=1&tag=y"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=-1", "limit param must be positive"),
        ("limit=x", "limit param must be an integer"),
        ("marker=nope", "No image found with ID nope"),
        ("sort=name:up", "Invalid sort direction: up"),
        ("sort_dir=up", "Invalid sort direction: up"),
        (
            "sort=owner",
            f"Invalid sort key: owner. It must be one of the following: {SORT_KEYS}.",
        ),
        (
            "sort_key=bogus",
            f"Invalid sort key: bogus. It must be one of the following: {SORT_KEYS}.",
        ),
        (
            "sort_key=name&sort_dir=asc&sort_dir=asc",
            "Number of sort dirs does not match the number of sort keys",
        ),
        (
            "sort=name&sort_key=id",
            "Old and new sorting syntax cannot be combined",
        ),
        ("name=neq:x", "Unable to filter by unknown operator 'neq'."),
        ("size_min=x", "Unable to filter on a range with a non-numeric value."),
        (
            "created_at=gte:x",
            'Bad "created_at" query filter format. Use ISO 8601 DateTime notation.',
        ),
        (
            "created_at=near:2020-01-01T00:00:00Z",
            "Unable to filter on a unknown operator.",
        ),
        (
            "changes-since=2020-01-01T00:00:00Z",
            'The "changes-since" filter is no longer available on v2.',
        ),
        ("visibility=bogus", "Invalid visibility value: bogus"),
        ("member_status=bogus", "Invalid status: bogus"),
        (
            "os_hidden=x",
            "Invalid value 'x' for 'os_hidden' filter. Valid values are 'true' or"
            " 'false'.",
        ),
        (
            "protected=True",
            "Invalid value 'True' for 'protected' filter. Valid values are 'true' or"
            " 'false'.",
        ),
    ],
)
def test_a_query_is_refused(shelf: Shelf, query: str, message: str) -> None:
    assert answer_of(shelf.get(query)) == glance_error(400, message)


def test_a_marker_out_of_sight_is_forbidden(shelf: Shelf, outsider: Caller) -> None:
    image_id = shelf.ids["one"]
    message = f"Forbidding request, image {image_id} not visible"
    answer = outsider.image("GET", f"/images?marker={image_id}")
    assert answer_of(answer) == glance_error(403, message)
