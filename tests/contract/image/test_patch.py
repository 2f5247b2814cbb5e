"""PATCH /v2/images/{id}: changes that are accepted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, glance_error
from tests.contract.support.callers import Caller, unique
from tests.contract.support.patches import OLD_PATCH_TYPE, change, patch_raw


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/name", "new"),
        ("/name", None),
        ("/name", ""),
        ("/visibility", "public"),
        ("/visibility", "community"),
        ("/visibility", "private"),
        ("/protected", True),
        ("/os_hidden", True),
        ("/min_disk", 5),
        ("/min_ram", 6),
        ("/owner", "somebody"),
        ("/disk_format", "iso"),
        ("/container_format", "ovf"),
        ("/colour", "red"),
    ],
)
def test_replace_sets_a_value(
    admin: Caller, make_image: Make, path: str, value: Any
) -> None:
    image = make_image(name=unique("image"), colour="blue")
    answer = admin.patch_image(image["id"], change("replace", path, value))
    assert answer.status_code == 200
    patched = answer.json()
    expected = {**image, path[1:]: value, "updated_at": patched["updated_at"]}
    assert patched == expected
    assert admin.image("GET", f"/images/{image['id']}").json() == patched


def test_tags_are_replaced_as_a_set(admin: Caller, make_image: Make) -> None:
    image_id = make_image(tags=["old"])["id"]
    answer = admin.patch_image(image_id, change("replace", "/tags", ["a", "b", "a"]))
    assert sorted(answer.json()["tags"]) == ["a", "b"]


def test_properties_are_added_and_removed(admin: Caller, make_image: Make) -> None:
    image_id = make_image(old="1")["id"]
    changes = [change("add", "/new", "2"), change("remove", "/old")]
    patched = admin.patch_image(image_id, *changes).json()
    assert patched["new"] == "2"
    assert "old" not in patched


@pytest.mark.parametrize(("path", "key"), [("/a~1b", "a/b"), ("/a~0b", "a~b")])
def test_a_path_is_unescaped(
    admin: Caller, make_image: Make, path: str, key: str
) -> None:
    patched = admin.patch_image(make_image()["id"], change("add", path, "x")).json()
    assert patched[key] == "x"


def test_no_change_is_a_change_too(admin: Caller, make_image: Make) -> None:
    image = make_image(name=unique("image"))
    assert admin.patch_image(image["id"]).json() == image


@pytest.mark.parametrize(
    ("operation", "key"),
    [
        ({"replace": "/name", "value": "x"}, "name"),
        ({"add": "/new", "value": "x"}, "new"),
    ],
)
def test_the_older_media_type_names_the_operation_by_key(
    admin: Caller, make_image: Make, operation: dict[str, str], key: str
) -> None:
    image_id = make_image()["id"]
    answer = patch_raw(admin, image_id, json.dumps([operation]), OLD_PATCH_TYPE)
    assert (answer.status_code, answer.json()[key]) == (200, "x")


def test_a_patch_is_all_or_nothing(admin: Caller, make_image: Make) -> None:
    image = make_image(name=unique("image"))
    changes = [change("replace", "/name", "x"), change("remove", "/absent")]
    assert admin.patch_image(image["id"], *changes).status_code == 409
    assert admin.image("GET", f"/images/{image['id']}").json() == image


@pytest.mark.parametrize(
    ("name", "value"), [("disk_format", "iso"), ("container_format", "ovf")]
)
def test_formats_are_settled_once_there_is_data(
    admin: Caller, make_image: Make, name: str, value: str
) -> None:
    image_id = make_image(disk_format="raw", container_format="bare")["id"]
    assert admin.upload(image_id, b"data").status_code == 204
    answer = admin.patch_image(image_id, change("replace", f"/{name}", value))
    message = f"Attribute {name} can be only replaced for a queued image."
    assert answer_of(answer) == glance_error(403, message)
