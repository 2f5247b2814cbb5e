"""Several named stores: /v2/info/stores, /v2/stores, and where data goes."""

from __future__ import annotations

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, glance_error, glance_forbidden
from tests.contract.support.callers import Caller

DATA = b"hello, world"
FORMATS = {"disk_format": "raw", "container_format": "bare"}
STORES = [
    {"id": "fast", "description": "The default store", "default": "true"},
    {"id": "slow", "description": "Another store"},
    {"id": "web", "description": "Images elsewhere", "read-only": "true"},
]


@pytest.fixture
def image_id(make_image: Make) -> str:
    return str(make_image(**FORMATS)["id"])


def test_the_stores_are_listed(member: Caller) -> None:
    answer = member.image("GET", "/info/stores")
    assert answer_of(answer) == (200, {"stores": STORES})


def test_an_administrator_sees_the_stores_in_detail(admin: Caller) -> None:
    stores = admin.image("GET", "/info/stores/detail").json()["stores"]
    for store, known in zip(stores, STORES, strict=True):
        assert store.items() >= known.items()
    assert [one["type"] for one in stores] == ["file", "file", "http"]
    assert [one["weight"] for one in stores] == [0, 0, 0]
    fast, slow, web = (one["properties"] for one in stores)
    assert fast["data_dir"] != slow["data_dir"]
    assert (fast["chunk_size"], fast["thin_provisioning"]) == (65536, False)
    assert web == {}


def test_others_do_not_see_the_stores_in_detail(member: Caller) -> None:
    answer = member.image("GET", "/info/stores/detail")
    assert answer_of(answer) == glance_forbidden("stores_info_detail")


def test_a_new_image_is_told_the_stores_and_ways_to_import(admin: Caller) -> None:
    answer = admin.image("POST", "/images", json={})
    admin.image("DELETE", f"/images/{answer.json()['id']}")
    stores = "fast,slow,web,os_glance_staging_store,os_glance_tasks_store"
    assert answer.headers["OpenStack-image-store-ids"] == stores
    methods = "glance-direct,web-download,copy-image,glance-download"
    assert answer.headers["OpenStack-image-import-methods"] == methods


@pytest.mark.parametrize(
    ("header", "store"), [({}, "fast"), ({"X_Image_Meta_Store": "slow"}, "slow")]
)
def test_data_goes_to_the_store_that_was_named(
    admin: Caller, image_id: str, header: dict[str, str], store: str
) -> None:
    assert "stores" not in admin.image("GET", f"/images/{image_id}").json()
    assert admin.upload(image_id, DATA, **header).status_code == 204
    image = admin.image("GET", f"/images/{image_id}").json()
    [location] = image["locations"]
    assert (image["stores"], location["metadata"]) == (store, {"store": store})
    assert list(image)[-1] == "stores"
    assert admin.download(image_id).content == DATA


def test_an_unknown_store_takes_no_data(admin: Caller, image_id: str) -> None:
    answer = admin.upload(image_id, DATA, X_Image_Meta_Store="nope")
    message = "Store for identifier nope not found"
    assert answer_of(answer) == glance_error(400, message)


def test_a_read_only_store_takes_no_data(admin: Caller, image_id: str) -> None:
    answer = admin.upload(image_id, DATA, X_Image_Meta_Store="web")
    assert answer.status_code == 410
    message = "Error in store configuration. Adding images to store is disabled."
    assert answer.json()["message"].startswith(message)
    assert admin.image("GET", f"/images/{image_id}").json()["status"] == "queued"
    assert admin.upload(image_id, DATA).status_code == 204


@pytest.mark.parametrize("prefer", ["slow,fast", "fast", " slow ,", "web", ""])
def test_a_download_may_prefer_a_store(
    admin: Caller, image_id: str, prefer: str
) -> None:
    admin.upload(image_id, DATA)
    answer = admin.image("GET", f"/images/{image_id}/file?prefer={prefer}")
    assert (answer.status_code, answer.content) == (200, DATA)


def test_an_unknown_store_cannot_be_preferred(admin: Caller, image_id: str) -> None:
    admin.upload(image_id, DATA)
    answer = admin.image("GET", f"/images/{image_id}/file?prefer=fast,nope")
    assert answer_of(answer) == glance_error(400, "Store 'nope' is not configured.")


def test_data_stays_in_its_only_store(admin: Caller, image_id: str) -> None:
    admin.upload(image_id, DATA)
    message = (
        "Cannot delete image data from the only store containing it. Consider deleting"
        " the image instead."
    )
    for store in ("fast", "slow"):
        answer = admin.image("DELETE", f"/stores/{store}/{image_id}")
        assert answer_of(answer) == glance_error(403, message)


def test_only_an_active_image_leaves_a_store(admin: Caller, image_id: str) -> None:
    answer = admin.image("DELETE", f"/stores/fast/{image_id}")
    message = (
        "It's not allowed to remove image data from store if image status is not"
        " 'active'"
    )
    assert answer_of(answer) == glance_error(409, message)


def test_an_image_leaves_no_unknown_store(admin: Caller, image_id: str) -> None:
    answer = admin.image("DELETE", f"/stores/nope/{image_id}")
    message = "The selected store nope is not available on this node."
    assert answer_of(answer) == glance_error(409, message)


def test_an_unknown_image_leaves_no_store(admin: Caller) -> None:
    answer = admin.image("DELETE", "/stores/fast/nope")
    assert answer_of(answer) == glance_error(404, "Failed to find image nope")


def test_only_an_administrator_deletes_from_a_store(
    member: Caller, make_image: Make
) -> None:
    image_id = make_image(by=member, **FORMATS)["id"]
    answer = member.image("DELETE", f"/stores/fast/{image_id}")
    assert answer_of(answer) == glance_forbidden("delete_image_location")
