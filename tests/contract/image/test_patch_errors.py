"""PATCH /v2/images/{id}: changes that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    CONFLICTED,
    DENIED,
    answer_of,
    glance_error,
    no_image,
    unsupported_media,
)
from tests.contract.support.callers import PATCH_TYPE, Caller
from tests.contract.support.patches import MISSING, OLD_PATCH_TYPE, change, patch_raw


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json-patch+json"]
)
def test_another_media_type_is_told_the_right_ones(
    admin: Caller, make_image: Make, media_type: str
) -> None:
    answer = patch_raw(admin, make_image()["id"], "[]", media_type)
    accepted = f"{OLD_PATCH_TYPE}, {PATCH_TYPE}"
    reason = f"Image PATCH expects Content-Type one of: {accepted}"
    assert answer_of(answer) == unsupported_media(media_type, reason)
    assert answer.headers["Accept-Patch"] == accepted


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "Body expected in request."),
        ("[{", "Malformed JSON in request body."),
        ('"x"', "Unexpected body type. Expected list/dict."),
        ("{}", "Request body must be a JSON array of operation objects."),
        ('["x"]', "Operations must be JSON objects."),
        (
            '[{"path": "/name", "value": 1}]',
            "Unable to find `op` in JSON Schema change. It must be one of the"
            " following: add, remove, replace.",
        ),
        (
            '[{"op": "test", "path": "/name", "value": 1}]',
            "Invalid operation: `test`. It must be one of the following: add, remove,"
            " replace.",
        ),
        (
            '[{"op": "add", "value": 1}]',
            "Unable to find 'path' in JSON Schema change",
        ),
        (
            '[{"op": "add", "path": "/x"}]',
            'Operation "add" requires a member named "value".',
        ),
    ],
)
def test_a_malformed_patch_says_why(
    admin: Caller, make_image: Make, body: str, message: str
) -> None:
    answer = patch_raw(admin, make_image()["id"], body)
    assert answer_of(answer) == glance_error(400, message)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("name", 'Pointer `name` does not start with "/".'),
        ("", 'Pointer `` does not start with "/".'),
        ("/x/", 'Pointer `/x/` end with "/".'),
        (
            "/a~b",
            'Pointer `/a~b` contains "~" not part of a recognized escape sequence.',
        ),
        ("/a/b", "Invalid JSON pointer for this resource: '/a/b'"),
        ("/tags/-", "Invalid JSON pointer for this resource: '/tags/-'"),
    ],
)
def test_a_malformed_path_says_why(
    admin: Caller, make_image: Make, path: str, message: str
) -> None:
    answer = admin.patch_image(make_image()["id"], change("add", path, "x"))
    assert answer_of(answer) == glance_error(400, message)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("/visibility", "bogus", "'bogus' is not one of ['community', 'public',"),
        ("/protected", "x", "'x' is not of type 'boolean'"),
        ("/tags", "x", "'x' is not of type 'array'"),
        ("/min_disk", "5", "'5' is not of type 'integer'"),
        ("/disk_format", "bogus", "'bogus' is not one of [None, 'ami', 'ari', 'aki',"),
        ("/colour", 5, "5 is not of type 'string'"),
        ("/colour", None, "None is not of type 'string'"),
    ],
)
def test_values_follow_the_schema(
    admin: Caller, make_image: Make, path: str, value: Any, reason: str
) -> None:
    image_id = make_image(colour="blue")["id"]
    answer = admin.patch_image(image_id, change("replace", path, value))
    assert answer.status_code == 400
    start = f"Provided object does not match schema 'image': {reason}"
    assert answer.json()["message"].startswith(start)


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "size",
        "status",
        "checksum",
        "created_at",
        "updated_at",
        "self",
        "file",
        "schema",
        "virtual_size",
        "os_hash_algo",
        "direct_url",
    ],
)
def test_read_only_attributes_cannot_be_changed(
    admin: Caller, make_image: Make, name: str
) -> None:
    answer = admin.patch_image(make_image()["id"], change("replace", f"/{name}", "x"))
    assert answer_of(answer) == glance_error(403, f"Attribute '{name}' is read-only.")


@pytest.mark.parametrize("name", ["location", "deleted", "os_glance_x"])
def test_glance_keeps_names_for_itself(
    admin: Caller, make_image: Make, name: str
) -> None:
    answer = admin.patch_image(make_image()["id"], change("add", f"/{name}", "x"))
    assert answer_of(answer) == glance_error(403, f"Attribute '{name}' is reserved.")


@pytest.mark.parametrize(
    "name",
    ["name", "owner", "tags", "disk_format", "min_disk", "protected", "visibility"],
)
def test_a_base_field_cannot_be_removed(
    admin: Caller, make_image: Make, name: str
) -> None:
    answer = admin.patch_image(make_image()["id"], change("remove", f"/{name}"))
    detail = f"Property {name} may not be removed."
    assert answer_of(answer) == glance_error(403, DENIED, detail)


@pytest.mark.parametrize("op", ["remove", "replace"])
def test_a_property_that_is_not_there_is_a_conflict(
    admin: Caller, make_image: Make, op: str
) -> None:
    value = "x" if op == "replace" else MISSING
    answer = admin.patch_image(make_image()["id"], change(op, "/absent", value))
    detail = "Property absent does not exist."
    assert answer_of(answer) == glance_error(409, CONFLICTED, detail)


def test_an_unknown_image_is_not_found(admin: Caller) -> None:
    answer = admin.patch_image("nope", change("replace", "/name", "x"))
    assert answer_of(answer) == no_image("nope")
