"""Locations of an image: added by patch or by /v2/images/{id}/locations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    DENIED,
    answer_of,
    glance_error,
    glance_forbidden,
    no_image,
)
from tests.contract.support.callers import Caller
from tests.contract.support.elsewhere import DATA, FORBIDDEN, serve_elsewhere
from tests.contract.support.imports import tasks_of, wait
from tests.contract.support.patches import change

FORMATS = {"disk_format": "raw", "container_format": "bare"}
SHA512 = hashlib.sha512(DATA).hexdigest()
WRONG = {"os_hash_algo": "sha512", "os_hash_value": "0" * 128}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with serve_elsewhere() as url:
        yield url


@pytest.fixture
def image_id(make_image: Make) -> str:
    return str(make_image(**FORMATS)["id"])


def add(caller: Caller, image_id: str, url: str, place: str = "-", **more: Any) -> Any:
    location = {"url": url, "metadata": {}, **more}
    return caller.patch_image(image_id, change("add", f"/locations/{place}", location))


def replace(caller: Caller, image_id: str, *locations: dict[str, Any]) -> Any:
    return caller.patch_image(
        image_id, change("replace", "/locations", list(locations))
    )


def remove(caller: Caller, image_id: str, place: str) -> Any:
    return caller.patch_image(image_id, change("remove", f"/locations/{place}"))


def at(url: str, **metadata: str) -> dict[str, Any]:
    return {"url": url, "metadata": metadata}


def post(caller: Caller, image_id: str, url: Any, **validation: str) -> Any:
    body = {"url": url, **({"validation_data": validation} if validation else {})}
    return caller.image("POST", f"/images/{image_id}/locations", json=body)


@pytest.mark.parametrize("verb", ["add", "replace"])
def test_a_location_elsewhere_makes_an_image_active(
    member: Caller, make_image: Make, elsewhere: str, verb: str
) -> None:
    image_id = make_image(by=member, **FORMATS)["id"]
    url = f"{elsewhere}/data"
    if verb == "add":
        answer = add(member, image_id, url)
    else:
        answer = replace(member, image_id, at(url))
    assert answer.status_code == 200
    expected = {
        "status": "active",
        "size": len(DATA),
        "virtual_size": None,
        "checksum": None,
        "stores": "web",
        "locations": [at(url, store="web")],
    }
    assert answer.json().items() >= expected.items()
    downloaded = member.download(image_id)
    assert (downloaded.status_code, downloaded.content) == (200, DATA)


def test_no_part_is_read_of_data_elsewhere(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    add(admin, image_id, f"{elsewhere}/data")
    answer = admin.download(image_id, Range="bytes=1-3")
    message = (
        "Getting images randomly from this store is not supported. Offset: 1, length: 3"
    )
    assert answer_of(answer) == glance_error(400, message)


def test_a_location_keeps_its_place_only_in_the_first_answer(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    first, second, third = (
        f"{elsewhere}/{word}" for word in ("data", "moved", "other")
    )
    add(admin, image_id, first)
    add(admin, image_id, second)
    answer = add(admin, image_id, third, place="1").json()
    urls = [location["url"] for location in answer["locations"]]
    assert urls == [first, third, second]
    assert answer["stores"] == "web,web,web"
    # from then on they are listed by their age
    answer = remove(admin, image_id, "0").json()
    assert [location["url"] for location in answer["locations"]] == [second, third]
    answer = remove(admin, image_id, "-").json()
    assert [location["url"] for location in answer["locations"]] == [second]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/gone", "Invalid location"),
        (FORBIDDEN, "The Store URI was malformed."),
        ("http:///x", "The Store URI was malformed."),
        ("file:///etc/passwd", "Invalid location"),
        ("swift://x/y", "Invalid location"),
        ("nonsense", "Invalid location"),
        ("", "Invalid location"),
    ],
)
def test_a_location_that_cannot_be_read_is_invalid(
    admin: Caller, image_id: str, elsewhere: str, path: str, message: str
) -> None:
    url = elsewhere + path if path.startswith("/") else path
    for answer in (add(admin, image_id, url), replace(admin, image_id, at(url))):
        assert answer_of(answer) == glance_error(400, message)
    assert admin.image("GET", f"/images/{image_id}").json()["status"] == "queued"
    add(admin, image_id, f"{elsewhere}/data")
    answer = add(admin, image_id, url)
    assert answer_of(answer) == glance_error(400, "Invalid location")


def test_a_location_is_there_once(admin: Caller, image_id: str, elsewhere: str) -> None:
    url = f"{elsewhere}/data"
    error = glance_error(400, f"The location {url} already exists")
    answer = replace(admin, image_id, at(url), at(url))
    assert answer_of(answer) == error
    add(admin, image_id, url)
    assert answer_of(add(admin, image_id, url)) == error
    answer = add(admin, image_id, url, metadata={"a": "b"})
    assert len(answer.json()["locations"]) == 2


def test_a_location_is_put_in_a_place(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    url = f"{elsewhere}/data"
    message = "Invalid position for adding a location."
    answer = add(admin, image_id, url, place="x")
    assert answer_of(answer) == glance_error(400, message)
    assert add(admin, image_id, url, place="7").status_code == 200


def test_locations_are_removed_from_active_images(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    message = "It's not allowed to remove locations if image status is queued."
    answer = remove(admin, image_id, "0")
    assert answer_of(answer) == glance_error(409, message)
    add(admin, image_id, f"{elsewhere}/data")
    detail = "Cannot remove last location in the image."
    answer = remove(admin, image_id, "0")
    assert answer_of(answer) == glance_error(403, DENIED, detail)
    add(admin, image_id, f"{elsewhere}/other")
    message = "Invalid position for removing a location."
    for place in ("2", "x"):
        answer = remove(admin, image_id, place)
        assert answer_of(answer) == glance_error(400, message)


def test_data_goes_with_its_location(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    admin.upload(image_id, b"other data.")
    assert add(admin, image_id, f"{elsewhere}/data").json()["stores"] == "fast,web"
    assert admin.download(image_id).content == b"other data."
    assert remove(admin, image_id, "0").json()["stores"] == "web"
    answer = admin.image("DELETE", f"/stores/web/{image_id}")
    assert answer.status_code == 403


def test_locations_are_not_emptied(admin: Caller, image_id: str) -> None:
    answer = replace(admin, image_id)
    detail = "Cannot set locations to empty list."
    assert answer_of(answer) == glance_error(403, DENIED, detail)


def test_only_metadata_is_replaced_where_locations_are(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    url = f"{elsewhere}/data"
    add(admin, image_id, url)
    answer = replace(admin, image_id, at(url, colour="blue"))
    assert answer.json()["locations"] == [at(url, colour="blue", store="web")]
    answer = replace(admin, image_id, at(f"{elsewhere}/other"))
    assert answer.status_code == 400
    start = "Original locations is not empty: ["
    assert answer.json()["message"].startswith(start)


def test_replaced_metadata_stays_in_its_place(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    urls = [f"{elsewhere}/{word}" for word in ("data", "other")]
    for url in urls:
        add(admin, image_id, url)
    replace(admin, image_id, at(urls[0], colour="blue"), at(urls[1]))
    image = admin.image("GET", f"/images/{image_id}").json()
    first, second = at(urls[0], colour="blue", store="web"), at(urls[1], store="web")
    assert image["locations"] == [first, second]


def test_a_location_may_say_what_the_data_is(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    url = f"{elsewhere}/data"
    said = {"checksum": "1" * 32, **WRONG}
    answer = add(admin, image_id, url, validation_data=said)
    assert answer.json().items() >= {**said, "status": "active"}.items()
    told = {**at(url, store="web"), "validation_data": said}
    assert answer.json()["locations"] == [told]
    image = admin.image("GET", f"/images/{image_id}").json()
    assert image["locations"] == [at(url, store="web")]
    other = {**WRONG, "os_hash_value": "1" * 128}
    answer = add(admin, image_id, f"{elsewhere}/other", validation_data=other)
    message = "os_hash_value is already set with a different value"
    assert answer_of(answer) == glance_error(409, message)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"os_hash_algo": "md5", "os_hash_value": "0" * 32},
            "os_hash_algo must be sha512, not md5",
        ),
        (
            {"os_hash_algo": "sha512", "os_hash_value": "zz"},
            "os_hash_value (zz) is not a valid hexadecimal value",
        ),
        (
            {"os_hash_algo": "sha512", "os_hash_value": "00"},
            "os_hash_value (00) is not the correct size for sha512 (should be 64"
            " bytes)",
        ),
        (
            {**WRONG, "checksum": "z" * 32},
            f"checksum ({'z' * 32}) is not a valid hexadecimal value",
        ),
    ],
)
def test_a_malformed_hash_of_a_location_is_refused(
    admin: Caller, image_id: str, elsewhere: str, said: dict[str, str], message: str
) -> None:
    answer = add(admin, image_id, f"{elsewhere}/data", validation_data=said)
    assert answer_of(answer) == glance_error(409, message)


def test_an_active_image_is_told_no_digest(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    add(admin, image_id, f"{elsewhere}/data")
    answer = add(admin, image_id, f"{elsewhere}/other", validation_data=WRONG)
    message = (
        "New value(s) for os_hash_algo, os_hash_value may only be provided when image"
        " status is 'queued'"
    )
    assert answer_of(answer) == glance_error(409, message)


def test_only_administrators_remove_locations(
    member: Caller, make_image: Make, elsewhere: str
) -> None:
    image_id = make_image(by=member, **FORMATS)["id"]
    add(member, image_id, f"{elsewhere}/data")
    add(member, image_id, f"{elsewhere}/other")
    answer = remove(member, image_id, "0")
    assert answer_of(answer) == glance_forbidden("delete_image_location")


def test_readers_set_no_locations(
    reader: Caller, make_image: Make, elsewhere: str
) -> None:
    image_id = make_image(owner=reader.project_id, **FORMATS)["id"]
    answer = add(reader, image_id, f"{elsewhere}/data")
    assert answer_of(answer) == glance_forbidden("set_image_location")
    answer = post(reader, image_id, f"{elsewhere}/data")
    assert answer_of(answer) == glance_forbidden("add_image_location")


@pytest.mark.parametrize("path", ["/data", "/moved"])
def test_data_elsewhere_is_taken_over(
    member: Caller, admin: Caller, make_image: Make, elsewhere: str, path: str
) -> None:
    image_id = make_image(by=member, **FORMATS)["id"]
    answer = post(member, image_id, elsewhere + path)
    assert (answer.status_code, answer.content) == (202, b"")
    image, task = wait(member, image_id)
    expected = {
        "status": "active",
        "size": len(DATA),
        "checksum": hashlib.md5(DATA).hexdigest(),
        "os_hash_algo": "sha512",
        "os_hash_value": SHA512,
        "stores": "web",
    }
    assert image.items() >= expected.items()
    assert (task["type"], task["status"]) == ("location_import", "success")
    assert task["message"] == ""
    given = {"image_id": image_id, "loc_url": elsewhere + path, "validation_data": {}}
    assert task["input"] == given
    listed = admin.image("GET", f"/images/{image_id}/locations")
    assert answer_of(listed) == (200, [at(elsewhere + path, store="web")])


def test_data_elsewhere_is_what_it_was_said_to_be(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    said = {
        "os_hash_algo": "sha256",
        "os_hash_value": hashlib.sha256(DATA).hexdigest(),
    }
    post(admin, image_id, f"{elsewhere}/data", **said)
    image, task = wait(admin, image_id)
    assert (image["status"], task["status"]) == ("active", "success")
    assert image.items() >= said.items()


def test_data_elsewhere_that_is_something_else_is_not_taken_over(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    post(admin, image_id, f"{elsewhere}/data", **WRONG)
    image, task = wait(admin, image_id)
    assert (image["status"], image["size"], image["checksum"]) == ("queued", None, None)
    assert (image["os_hash_algo"], image["os_hash_value"]) == (None, None)
    assert (task["status"], task["result"]) == ("failure", None)
    assert task["message"] == "Task failed due to Internal Error"
    # a web server's data cannot be deleted, so its location stays
    assert image["locations"] == [at(f"{elsewhere}/data", store="web")]


def test_data_that_is_not_there_is_not_taken_over(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    post(admin, image_id, f"{elsewhere}/gone")
    image, task = wait(admin, image_id)
    assert (image["status"], image["locations"]) == ("queued", [])
    assert task["status"] == "failure"


@pytest.mark.parametrize(
    ("url", "said", "code", "message"),
    [
        (
            FORBIDDEN,
            {},
            400,
            f"URI for add location does not pass filtering: {FORBIDDEN}",
        ),
        (
            "file:///etc/passwd",
            {},
            403,
            "http store must be enabled to use location API by normal user.",
        ),
        (
            "http://127.0.0.1/",
            {"os_hash_algo": "sha512", "os_hash_value": "zz"},
            400,
            "os_hash_value (zz) is not a valid hexadecimal value",
        ),
        (
            "http://127.0.0.1/",
            {"os_hash_algo": "sha256", "os_hash_value": "00"},
            400,
            "os_hash_value: (00) is not the correct size for (sha256) (should be (32)"
            " bytes)",
        ),
    ],
)
def test_a_location_that_is_not_taken_over_says_why(
    admin: Caller,
    image_id: str,
    url: str,
    said: dict[str, str],
    code: int,
    message: str,
) -> None:
    answer = post(admin, image_id, url, **said)
    assert answer_of(answer) == glance_error(code, message)
    assert tasks_of(admin, image_id) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "'url' is a required property"),
        ({"url": 5}, "5 is not of type 'string'"),
        ({"url": "http://x", "validation_data": None}, "None is not of type 'object'"),
        (
            {"url": "http://x", "validation_data": {"os_hash_algo": "sha512"}},
            "'os_hash_value' is a dependency of 'os_hash_algo'",
        ),
        (
            {"url": "http://x", "validation_data": {"checksum": "0"}},
            "Additional properties are not allowed ('checksum' was unexpected)",
        ),
    ],
)
def test_a_location_to_take_over_follows_a_schema(
    admin: Caller, image_id: str, body: dict[str, Any], reason: str
) -> None:
    answer = admin.image("POST", f"/images/{image_id}/locations", json=body)
    assert answer.status_code == 400
    start = f"Provided object does not match schema 'location': {reason}\n"
    assert answer.json()["message"].startswith(start)


def test_only_a_queued_image_takes_data_over(
    admin: Caller, image_id: str, elsewhere: str
) -> None:
    admin.upload(image_id, DATA)
    answer = post(admin, image_id, f"{elsewhere}/data")
    message = "It's not allowed to add locations if image status is active."
    assert answer_of(answer) == glance_error(409, message)


def test_an_unknown_image_has_no_locations(admin: Caller) -> None:
    for answer in (
        admin.image("GET", "/images/nope/locations"),
        post(admin, "nope", "http://127.0.0.1/"),
    ):
        assert answer_of(answer) == no_image("nope")


def test_others_do_not_list_locations(member: Caller, make_image: Make) -> None:
    image_id = make_image(by=member)["id"]
    answer = member.image("GET", f"/images/{image_id}/locations")
    assert answer_of(answer) == glance_forbidden("fetch_image_location")
