"""/v2/images/{id}/stage and /import by every import method; /v2/info/import."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    answer_of,
    glance_error,
    glance_forbidden,
    no_image,
)
from tests.contract.support.answers import unsupported_media as unsupported
from tests.contract.support.callers import Caller
from tests.contract.support.elsewhere import DATA, FORBIDDEN, serve_elsewhere
from tests.contract.support.imports import (
    begin_import,
    finish_import,
    stage,
    tasks_of,
    wait,
)

FORMATS = {"disk_format": "raw", "container_format": "bare"}
IMPORTED = {
    "status": "active",
    "size": len(DATA),
    "virtual_size": len(DATA),
    "checksum": hashlib.md5(DATA).hexdigest(),
    "os_hash_algo": "sha512",
    "os_hash_value": hashlib.sha512(DATA).hexdigest(),
    "os_glance_importing_to_stores": "",
    "os_glance_failed_import": "",
}
UNMEASURED = {
    "virtual_size": None,
    "checksum": None,
    "os_hash_value": None,
    "locations": [],
}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with serve_elsewhere() as url:
        yield url


@pytest.fixture
def image_id(make_image: Make) -> str:
    return str(make_image(**FORMATS)["id"])


def web(uri: str) -> dict[str, Any]:
    return {"name": "web-download", "uri": uri}


def test_the_ways_to_import_are_listed(member: Caller) -> None:
    methods = ["glance-direct", "web-download", "copy-image", "glance-download"]
    described = {"description": "Import methods available.", "type": "array"}
    answer = member.image("GET", "/info/import")
    document = {"import-methods": {**described, "value": methods}}
    assert answer_of(answer) == (200, document)


def test_staged_data_waits(admin: Caller, image_id: str) -> None:
    answer = stage(admin, image_id, DATA)
    assert (answer.status_code, answer.content) == (204, b"")
    image = admin.image("GET", f"/images/{image_id}").json()
    assert (image["status"], image["size"]) == ("uploading", len(DATA))
    assert image.items() >= UNMEASURED.items()
    assert admin.download(image_id).status_code == 204
    for again, target in ((stage, "uploading"), (Caller.upload, "saving")):
        message = f"Image status transition from uploading to {target} is not allowed"
        answer = again(admin, image_id, DATA)
        assert answer_of(answer) == glance_error(409, message)


def test_staged_data_has_a_media_type_of_its_own(admin: Caller, image_id: str) -> None:
    answer = admin.image("PUT", f"/images/{image_id}/stage", json={})
    reason = "Invalid content type application/json"
    assert answer_of(answer) == unsupported("application/json", reason)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("13", "Size mismatch: expected 13 bytes, got 12 bytes"),
        ("11", "Size exceeds: expected 11 bytes, got 12 bytes"),
        ("x", "Invalid or missing image size in request headers."),
    ],
)
def test_the_size_that_was_said_of_staged_data_is_held(
    admin: Caller, image_id: str, said: str, message: str
) -> None:
    answer = stage(admin, image_id, DATA, X_OpenStack_Image_Size=said)
    assert answer_of(answer) == glance_error(400, message)
    assert admin.image("GET", f"/images/{image_id}").json()["status"] == "queued"
    assert stage(admin, image_id, DATA).status_code == 204


def test_an_unknown_image_is_neither_staged_nor_imported(admin: Caller) -> None:
    assert answer_of(stage(admin, "nope", DATA)) == no_image("nope")
    answer = begin_import(admin, "nope", "glance-direct")
    assert answer_of(answer) == no_image("nope")


def test_readers_neither_stage_nor_import(
    admin: Caller, reader: Caller, make_image: Make
) -> None:
    image_id = make_image(owner=reader.project_id, **FORMATS)["id"]
    assert answer_of(stage(reader, image_id, DATA)) == glance_forbidden("modify_image")
    assert stage(admin, image_id, DATA).status_code == 204
    answer = begin_import(reader, image_id, "glance-direct")
    assert answer_of(answer) == glance_forbidden("modify_image")


def test_staged_data_is_imported(member: Caller, make_image: Make) -> None:
    image_id = make_image(by=member, **FORMATS)["id"]
    stage(member, image_id, DATA)
    image, task = finish_import(member, image_id, "glance-direct")
    assert image.items() >= {**IMPORTED, "stores": "fast"}.items()
    assert member.download(image_id).content == DATA
    expected = {
        "type": "api_image_import",
        "status": "success",
        "owner": member.project_id,
        "user_id": member.user_id,
        "image_id": image_id,
        "input": {
            "image_id": image_id,
            "import_req": {"method": {"name": "glance-direct"}},
            "backend": ["fast"],
        },
        "result": {"image_id": image_id},
        "message": "Copied 0 MiB",
        "deleted": False,
        "deleted_at": None,
    }
    changing = {"id", "request_id", "created_at", "updated_at", "expires_at"}
    assert {k: v for k, v in task.items() if k not in changing} == expected
    assert changing <= task.keys()
    message = "Image with status active cannot be target for import"
    answer = begin_import(member, image_id, "glance-direct")
    assert answer_of(answer) == glance_error(409, message)


@pytest.mark.parametrize("must_succeed", [True, False])
def test_data_is_imported_into_all_stores(
    admin: Caller, image_id: str, must_succeed: bool
) -> None:
    stage(admin, image_id, DATA)
    wishes = {"all_stores": True, "all_stores_must_succeed": must_succeed}
    image, task = finish_import(admin, image_id, "glance-direct", **wishes)
    assert image.items() >= {**IMPORTED, "stores": "fast,slow"}.items()
    assert task["input"]["backend"] == ["fast", "slow"]


def test_no_bytes_are_imported(admin: Caller, image_id: str) -> None:
    stage(admin, image_id, b"")
    image, task = finish_import(admin, image_id, "glance-direct")
    assert (image["status"], image["size"], image["virtual_size"]) == (
        "active",
        0,
        None,
    )
    assert (task["status"], task["message"]) == ("success", "")


def test_staged_data_of_another_format_stays_where_it_is(
    admin: Caller, make_image: Make
) -> None:
    image_id = make_image(disk_format="qcow2", container_format="bare")["id"]
    stage(admin, image_id, DATA * 100)
    image, task = finish_import(admin, image_id, "glance-direct")
    assert (image["status"], image["size"]) == ("importing", len(DATA) * 100)
    assert image.items() >= UNMEASURED.items()
    assert image["os_glance_importing_to_stores"] == ""
    assert image["os_glance_failed_import"] == "fast"
    assert (task["status"], task["result"]) == ("failure", None)
    assert task["message"] == "Task failed due to Internal Error"


def test_a_store_that_takes_nothing_fails_the_import(
    admin: Caller, image_id: str
) -> None:
    stage(admin, image_id, DATA)
    image, task = finish_import(
        admin, image_id, "glance-direct", stores=["fast", "web"]
    )
    assert task["status"] == "failure"
    assert image["status"] == "importing"
    # all but the virtual size is forgotten again
    measured = {**UNMEASURED, "virtual_size": len(DATA), "size": None}
    assert image.items() >= {**measured, "os_glance_failed_import": "web"}.items()
    assert image["os_glance_importing_to_stores"] == ""
    assert "stores" not in image


def test_one_store_is_enough_if_the_request_says_so(
    admin: Caller, image_id: str
) -> None:
    stage(admin, image_id, DATA)
    wishes: dict[str, Any] = {"all_stores_must_succeed": False}
    image, task = finish_import(
        admin, image_id, "glance-direct", stores=["web", "slow"], **wishes
    )
    expected = {**IMPORTED, "os_glance_failed_import": "web", "stores": "slow"}
    assert image.items() >= expected.items()
    assert task["status"] == "success"


def test_an_import_fails_if_no_store_succeeds(admin: Caller, image_id: str) -> None:
    stage(admin, image_id, DATA)
    wishes: dict[str, Any] = {"all_stores_must_succeed": False}
    image, task = finish_import(
        admin, image_id, "glance-direct", stores=["web"], **wishes
    )
    assert (image["status"], task["status"]) == ("queued", "failure")
    assert image["os_glance_failed_import"] == "web"


@pytest.mark.parametrize("path", ["/data", "/unsized", "/moved"])
def test_data_is_imported_from_elsewhere(
    admin: Caller, image_id: str, elsewhere: str, path: str
) -> None:
    image, task = finish_import(admin, image_id, web(elsewhere + path))
    assert image.items() >= {**IMPORTED, "stores": "fast"}.items()
    assert (task["status"], task["message"]) == ("success", "Copied 0 MiB")
    assert admin.download(image_id).content == DATA


@pytest.mark.parametrize("path", ["/gone", "/short", "/astray"])
def test_an_import_from_elsewhere_fails(
    admin: Caller, image_id: str, elsewhere: str, path: str
) -> None:
    image, task = finish_import(admin, image_id, web(elsewhere + path))
    assert image.items() >= {**UNMEASURED, "status": "queued", "size": None}.items()
    assert image["os_glance_importing_to_stores"] == ""
    assert image["os_glance_failed_import"] == "fast"
    assert task["message"] == "Task failed due to Internal Error"
    again, _ = finish_import(admin, image_id, web(elsewhere + "/data"))
    assert again.items() >= {**IMPORTED, "stores": "fast"}.items()


def test_a_failed_import_of_another_format_can_be_repeated(
    admin: Caller, make_image: Make, elsewhere: str
) -> None:
    image_id = make_image(disk_format="qcow2", container_format="bare")["id"]
    for _ in range(2):
        image, task = finish_import(admin, image_id, web(elsewhere + "/data"))
        assert (image["status"], task["status"]) == ("queued", "failure")
        assert image["os_glance_failed_import"] == "fast"


@pytest.mark.parametrize("uri", [None, "", FORBIDDEN, "ftp://127.0.0.1/x", "nonsense"])
def test_only_known_hosts_are_fetched_from(
    admin: Caller, image_id: str, uri: str | None
) -> None:
    answer = begin_import(admin, image_id, web(uri))  # type: ignore[arg-type]
    message = f"URI for web-download does not pass filtering: {uri}"
    assert answer_of(answer) == glance_error(400, message)
    assert tasks_of(admin, image_id) == []


def test_an_image_is_copied_to_another_store(admin: Caller, image_id: str) -> None:
    admin.upload(image_id, DATA, X_Image_Meta_Store="slow")
    image, task = finish_import(admin, image_id, "copy-image", stores=["fast"])
    assert image.items() >= {**IMPORTED, "stores": "slow,fast"}.items()
    assert task["input"]["backend"] == ["fast"]
    assert admin.image("DELETE", f"/stores/slow/{image_id}").status_code == 204
    assert admin.image("GET", f"/images/{image_id}").json()["stores"] == "fast"
    assert admin.download(image_id).content == DATA
    answer = admin.image("DELETE", f"/stores/fast/{image_id}")
    assert answer.status_code == 403
    image, _ = finish_import(admin, image_id, "copy-image", all_stores=True)
    assert image["stores"] == "fast,slow"
    answer = admin.image("DELETE", f"/stores/web/{image_id}")
    message = f"Image {image_id} is not stored in store web."
    assert answer_of(answer) == glance_error(404, message)


def test_an_image_that_is_everywhere_is_not_copied(
    admin: Caller, image_id: str
) -> None:
    admin.upload(image_id, DATA)
    finish_import(admin, image_id, "copy-image", all_stores=True)
    answer = begin_import(admin, image_id, "copy-image", all_stores=True)
    assert answer.status_code == 202
    assert len(tasks_of(admin, image_id)) == 1
    answer = begin_import(admin, image_id, "copy-image", stores=["slow"])
    message = "Image is already present at store 'slow'"
    assert answer_of(answer) == glance_error(400, message)


def test_only_administrators_copy_images(member: Caller, make_image: Make) -> None:
    image_id = make_image(by=member, **FORMATS)["id"]
    member.upload(image_id, DATA)
    answer = begin_import(member, image_id, "copy-image", stores=["slow"])
    assert answer_of(answer) == glance_forbidden("copy_image")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Import request requires a 'method' field."),
        ({"method": {}}, "Import request requires a 'name' field."),
        ({"method": {"name": "x"}}, "Unknown import method name 'x'."),
        (
            {"method": {"name": "copy-image"}, "all_stores": "x"},
            "'all_stores' must be boolean value only",
        ),
        (
            {"method": {"name": "copy-image"}, "all_stores_must_succeed": 1},
            "'all_stores_must_succeed' must be boolean value only",
        ),
        (
            {"method": web("http://x"), "all_stores": True, "stores": ["fast"]},
            "All_stores parameter can't be used with x-image-meta-store header or"
            " stores parameter",
        ),
        (
            {"method": {"name": "glance-download"}},
            "'glance_region' needs to be set for glance-download import method",
        ),
        (
            {"method": {"name": "glance-download", "glance_region": "x"}},
            "'glance_image_id' needs to be set for glance-download import method",
        ),
        (
            {
                "method": {
                    "name": "glance-download",
                    "glance_region": "x",
                    "glance_image_id": "y",
                }
            },
            "Remote image id does not look like a UUID: y",
        ),
    ],
)
def test_a_request_that_says_too_little_says_why(
    admin: Caller, image_id: str, body: dict[str, Any], message: str
) -> None:
    answer = admin.image("POST", f"/images/{image_id}/import", json=body)
    assert answer_of(answer) == glance_error(400, message)


@pytest.mark.parametrize("body", [[], {"method": "x"}])
def test_a_body_of_another_shape_is_too_much(
    admin: Caller, image_id: str, body: Any
) -> None:
    answer = admin.image("POST", f"/images/{image_id}/import", json=body)
    assert answer.status_code == 500


def test_an_import_has_a_body(admin: Caller, image_id: str) -> None:
    answer = admin.image("POST", f"/images/{image_id}/import")
    assert answer_of(answer) == glance_error(400, "Body expected in request.")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {"all_stores": True},
            400,
            "All_stores parameter can't be used with x-image-meta-store header or"
            " stores parameter",
        ),
        (
            {"stores": ["fast"]},
            400,
            "Stores parameter and x-image-meta-store header can't be both specified",
        ),
        ({}, 409, "Store for identifier nope not found"),
    ],
)
def test_a_header_names_the_store_too(
    admin: Caller, image_id: str, body: dict[str, Any], code: int, message: str
) -> None:
    answer = admin.image(
        "POST",
        f"/images/{image_id}/import",
        json={"method": web("http://x"), **body},
        headers={"X-Image-Meta-Store": "nope"},
    )
    assert answer_of(answer) == glance_error(code, message)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (
            "glance-direct",
            "Image needs to be staged before 'glance-direct' method can be used",
        ),
        ("copy-image", "Only images with status active can be targeted for copying"),
    ],
)
def test_an_image_is_ready_for_its_import(
    admin: Caller, image_id: str, method: str, message: str
) -> None:
    answer = begin_import(admin, image_id, method)
    assert answer_of(answer) == glance_error(409, message)


def test_a_staged_image_is_not_fetched_as_well(admin: Caller, image_id: str) -> None:
    stage(admin, image_id, DATA)
    message = "Image needs to be in 'queued' state to use 'web-download' method"
    answer = begin_import(admin, image_id, web("http://x"))
    assert answer_of(answer) == glance_error(409, message)


def test_formats_are_set_before_the_import(admin: Caller, make_image: Make) -> None:
    image_id = make_image()["id"]
    assert stage(admin, image_id, DATA).status_code == 204
    answer = begin_import(admin, image_id, "glance-direct")
    message = "'container_format' needs to be set before import"
    assert answer_of(answer) == glance_error(409, message)


def test_an_image_that_is_gone_has_nothing_staged(admin: Caller, image_id: str) -> None:
    stage(admin, image_id, DATA)
    assert admin.image("DELETE", f"/images/{image_id}").status_code == 204
    assert answer_of(begin_import(admin, image_id, "glance-direct")) == no_image(
        image_id
    )


def test_a_task_is_shown_to_administrators(admin: Caller, image_id: str) -> None:
    stage(admin, image_id, DATA)
    begin_import(admin, image_id, "glance-direct")
    _, raw = wait(admin, image_id)
    task = admin.image("GET", f"/tasks/{raw['id']}").json()
    assert task["self"] == f"/v2/tasks/{raw['id']}"
    assert task["schema"] == "/v2/schemas/task"
    same = ("id", "type", "status", "owner", "message", "input", "result", "image_id")
    assert {name: task[name] for name in same} == {name: raw[name] for name in same}
    assert task["expires_at"] == raw["expires_at"][:19] + "Z"


@pytest.fixture
def remote_id(admin: Caller, make_image: Make) -> str:
    properties = {
        "os_type": "linux",
        "hw_x": "1",
        "trait:Y": "required",
        "colour": "red",
    }
    image_id = str(make_image(**FORMATS, **properties)["id"])
    admin.upload(image_id, DATA)
    return image_id


def glance(caller: Caller, image_id: str, **method: str) -> dict[str, Any]:
    named = {"glance_region": caller.cloud.region_name, "glance_image_id": image_id}
    return {"name": "glance-download", **named, **method}


def test_an_image_comes_from_another_glance(
    admin: Caller, make_image: Make, remote_id: str
) -> None:
    if admin.cloud.door == "inprocess":
        pytest.skip("no other process can ask it")
    other = {"disk_format": "qcow2", "container_format": "ovf"}
    image_id = make_image(**other, os_type="windows", colour="blue")["id"]
    image, task = finish_import(admin, image_id, glance(admin, remote_id))
    taken = {"os_type": "linux", "hw_x": "1", "trait:Y": "required", "colour": "blue"}
    assert image.items() >= {**IMPORTED, **FORMATS, **taken, "stores": "fast"}.items()
    assert (task["status"], task["message"]) == ("success", "Copied 0 MiB")
    method = task["input"]["import_req"]["method"]
    assert method["glance_service_interface"] == "public"
    assert admin.download(image_id).content == DATA


@pytest.mark.parametrize(
    "method",
    [
        {"glance_region": "nope"},
        {"glance_service_interface": "nope"},
        {"glance_image_id": "11111111-2222-3333-4444-555555555555"},
    ],
)
def test_an_image_that_no_other_glance_has_does_not_come(
    admin: Caller, make_image: Make, remote_id: str, method: dict[str, str]
) -> None:
    image_id = make_image(**FORMATS, colour="blue")["id"]
    image, task = finish_import(admin, image_id, glance(admin, remote_id, **method))
    expected = {
        **UNMEASURED,
        **FORMATS,
        "status": "queued",
        "colour": "blue",
        "os_glance_importing_to_stores": "fast",
        "os_glance_failed_import": "",
    }
    assert image.items() >= expected.items()
    assert (task["status"], task["result"]) == ("failure", None)
