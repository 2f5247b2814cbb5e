"""Images of a seed: records with and without bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.glance.images.creation import insert_seeded
from mockserver.storage.images import Image
from mockserver.storage.repository import DuplicateRecord
from tests.mock.support.glance_service import Glance, open_glance

CIRROS = {
    "id": "acafc7c0-40aa-4026-9673-b879898e1fc2",
    "name": "cirros",
    "checksum": "133eae9fb1c98f45894a4e60d8736619",
    "container_format": "bare",
    "disk_format": "qcow2",
    "created_at": "2015-03-26T16:52:10Z",
    "updated_at": "2015-03-26T16:52:10Z",
    "owner": "ae7a98326b9c455588edd2656d723b9d",
    "size": 13200896,
    "status": "active",
    "visibility": "public",
    "tags": ["first", "second"],
    "hw_rng_model": "virtio",
}


@pytest.fixture
def glance() -> Iterator[Glance]:
    with open_glance() as service:
        yield service


def seed(
    glance: Glance, record: dict[str, Any], data: bytes | Path | None = None
) -> Image:
    with glance.cloud.state.database.begin() as db:
        return insert_seeded(glance.cloud.state, db, record, data)


def test_a_record_is_shown_as_it_was_written(glance: Glance) -> None:
    seed(glance, CIRROS)
    shown = glance.show(str(CIRROS["id"]))
    assert {name: shown[name] for name in CIRROS} == CIRROS
    assert glance.names() == ["cirros"]


def test_a_record_without_bytes_has_nothing_to_download(glance: Glance) -> None:
    seed(glance, CIRROS)
    answer = glance.ask("GET", f"/v2/images/{CIRROS['id']}/file")
    assert (answer.status_code, answer.content) == (204, b"")


def test_sizes_and_hashes_come_from_the_bytes(glance: Glance, qcow2: Path) -> None:
    record = {"name": "small", "disk_format": "qcow2", "container_format": "bare"}
    image = seed(glance, record, qcow2)
    shown, data = glance.show(image.id), qcow2.read_bytes()
    assert shown["status"] == "active"
    assert (shown["size"], shown["virtual_size"]) == (len(data), 1 << 20)
    assert shown["os_hash_value"] == hashlib.sha512(data).hexdigest()
    assert glance.ask("GET", f"/v2/images/{image.id}/file").content == data


def test_bytes_of_another_format_are_refused(glance: Glance) -> None:
    record = {"name": "small", "disk_format": "qcow2", "container_format": "bare"}
    with pytest.raises(ValueError, match="small: Image disk_format qcow2"):
        seed(glance, record, b"raw")
    assert glance.names() == []


def test_an_id_is_seeded_once(glance: Glance) -> None:
    seed(glance, CIRROS)
    with pytest.raises(DuplicateRecord):
        seed(glance, CIRROS)


def test_a_seed_may_hold_many_images_and_none_twice_in_a_listing(
    glance: Glance,
) -> None:
    for number in range(60):
        seed(glance, {"name": f"n{number:02}", "visibility": "public"})
    names, path = [], "/v2/images?limit=25&sort=name:asc"
    while path:
        page = glance.ask("GET", path).json
        names += [image["name"] for image in page["images"]]
        path = page.get("next", "")
    assert names == [f"n{number:02}" for number in range(60)]
