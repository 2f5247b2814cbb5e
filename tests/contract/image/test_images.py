"""/v2/images: create, show and delete."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, glance_error, no_image
from tests.contract.support.callers import Caller, unique

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# What a deployment's settings add to an image.
CONFIGURED = {"locations", "stores", "direct_url"}


def plain(image: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in image.items() if key not in CONFIGURED}


def test_an_image_created_without_attributes_has_defaults(
    admin: Caller, make_image: Make
) -> None:
    image = make_image()
    path = f"/v2/images/{image['id']}"
    assert str(uuid.UUID(image["id"])) == image["id"]
    assert TIME.fullmatch(image["created_at"])
    assert plain(image) == {
        "checksum": None,
        "container_format": None,
        "created_at": image["created_at"],
        "disk_format": None,
        "file": f"{path}/file",
        "id": image["id"],
        "min_disk": 0,
        "min_ram": 0,
        "name": None,
        "os_hash_algo": None,
        "os_hash_value": None,
        "os_hidden": False,
        "owner": admin.project_id,
        "protected": False,
        "schema": "/v2/schemas/image",
        "self": path,
        "size": None,
        "status": "queued",
        "tags": [],
        "updated_at": image["updated_at"],
        "virtual_size": None,
        "visibility": "shared",
    }


def test_locations_are_shown_and_empty_without_data(make_image: Make) -> None:
    assert make_image()["locations"] == []


def test_a_created_image_says_where_it_is(admin: Caller, make_image: Make) -> None:
    image_id = str(uuid.uuid4())
    answer = admin.image("POST", "/images", json={"id": image_id})
    assert answer.status_code == 201
    assert answer.json()["id"] == image_id
    location = f"{admin.cloud.image_url}/v2/images/{image_id}"
    assert answer.headers["Location"] == location
    assert admin.fetch("GET", location).json() == answer.json()
    admin.image("DELETE", f"/images/{image_id}")


def test_an_image_keeps_what_it_was_given(admin: Caller, make_image: Make) -> None:
    given = {
        "name": unique("image"),
        "disk_format": "qcow2",
        "container_format": "bare",
        "visibility": "private",
        "min_disk": 1,
        "min_ram": 2,
        "protected": True,
        "os_hidden": True,
        "owner": "somebody",
        "os_distro": "free words",
        "a key / with all": "",
    }
    image = make_image(**given, tags=["b", "a", "b"])
    assert image.items() >= given.items()
    shown = admin.image("GET", f"/images/{image['id']}").json()
    # their order is the service's whim
    assert sorted(image.pop("tags")) == sorted(shown.pop("tags")) == ["a", "b"]
    assert shown == image


@pytest.mark.parametrize("content_type", ["text/plain", None])
def test_the_media_type_of_a_create_does_not_matter(
    admin: Caller, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type}
    answer = admin.image("POST", "/images", data=b"{}", headers=headers)
    assert answer.status_code == 201
    admin.image("DELETE", f"/images/{answer.json()['id']}")


def test_an_id_is_taken_once(admin: Caller, make_image: Make) -> None:
    image_id = make_image()["id"]
    message = f"Image ID {image_id} already exists!"
    answer = admin.image("POST", "/images", json={"id": image_id})
    assert answer_of(answer) == glance_error(409, message)


@pytest.mark.parametrize("image_id", ["nope", "9b3ab2fc-0b2c-4d56-9b4a-0a6b1e0f5a11"])
def test_an_unknown_image_is_not_found(admin: Caller, image_id: str) -> None:
    shown = admin.image("GET", f"/images/{image_id}")
    assert answer_of(shown) == no_image(image_id)
    deleted = admin.image("DELETE", f"/images/{image_id}")
    message = f"Failed to find image {image_id} to delete"
    assert answer_of(deleted) == glance_error(404, message)


def test_a_deleted_image_is_gone(admin: Caller, make_image: Make) -> None:
    path = f"/images/{make_image()['id']}"
    deleted = admin.image("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert admin.image("GET", path).status_code == 404
    assert admin.image("DELETE", path).status_code == 404


def test_a_protected_image_stays(admin: Caller, make_image: Make) -> None:
    image_id = make_image(protected=True)["id"]
    answer = admin.image("DELETE", f"/images/{image_id}")
    message = f"Image {image_id} is protected and cannot be deleted."
    assert answer_of(answer) == glance_error(403, message)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_body_is_refused_where_none_belongs(
    admin: Caller, make_image: Make, method: str
) -> None:
    answer = admin.image(method, f"/images/{make_image()['id']}", json={})
    message = "A body is not expected with this request."
    assert answer_of(answer) == glance_error(400, message)
