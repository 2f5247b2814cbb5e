"""POST /v2/images: values that are refused, and the quota."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.support.answers import DENIED, Answer, answer_of, glance_error
from tests.contract.support.callers import Caller


def refuse(admin: Caller, **values: Any) -> Answer:
    return answer_of(admin.image("POST", "/images", json=values))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Body expected in request."),
        (b'{"', "Malformed JSON in request body."),
        (b'"x"', "Unexpected body type. Expected list/dict."),
    ],
)
def test_a_create_needs_a_json_object(admin: Caller, body: bytes, message: str) -> None:
    answer = admin.image("POST", "/images", data=body)
    assert answer_of(answer) == glance_error(400, message)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("name", 5, "5 is not of type 'null', 'string'"),
        ("name", "x" * 256, f"'{'x' * 256}' is too long"),
        ("visibility", "bogus", "'bogus' is not one of ['community', 'public',"),
        ("disk_format", "bogus", "'bogus' is not one of [None, 'ami', 'ari', 'aki',"),
        ("container_format", "bogus", "'bogus' is not one of [None, 'ami',"),
        ("min_ram", "x", "'x' is not of type 'integer'"),
        ("protected", "x", "'x' is not of type 'boolean'"),
        ("tags", "x", "'x' is not of type 'array'"),
        ("tags", ["x" * 256], f"'{'x' * 256}' is too long"),
        ("id", "nope", "'nope' does not match '^([0-9a-fA-F]){8}-"),
        ("custom", 5, "5 is not of type 'string'"),
        ("custom", None, "None is not of type 'string'"),
    ],
)
def test_values_follow_the_schema(
    admin: Caller, name: str, value: Any, reason: str
) -> None:
    code, body = refuse(admin, **{name: value})
    assert (code, body["title"]) == (400, "Bad Request")
    start = f"Provided object does not match schema 'image': {reason}"
    assert body["message"].startswith(start)


def test_a_broken_rule_is_quoted_with_the_value(admin: Caller) -> None:
    assert refuse(admin, min_ram="x") == glance_error(
        400,
        "Provided object does not match schema 'image': 'x' is not of type 'integer'\n"
        "\n"
        "Failed validating 'type' in schema['properties']['min_ram']:\n"
        "    {'type': 'integer',\n"
        "     'description': 'Amount of ram (in MB) required to boot image.'}\n"
        "\n"
        "On instance['min_ram']:\n"
        "    'x'",
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "min_disk",
            -1,
            "Invalid value '-1' for parameter 'min_disk': Cannot be a negative value",
        ),
        (
            "min_disk",
            2**31,
            "'min_disk' value out of range, must not exceed 2147483647.",
        ),
        ("k" * 256, "v", "Custom property should not be greater than 255 characters."),
    ],
)
def test_values_have_limits(admin: Caller, name: str, value: Any, message: str) -> None:
    assert refuse(admin, **{name: value}) == glance_error(400, message)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", 5),
        ("status", "active"),
        ("checksum", "x"),
        ("virtual_size", 1),
        ("created_at", "x"),
        ("self", "x"),
        ("file", "x"),
        ("schema", "x"),
        ("direct_url", "x"),
        ("stores", "x"),
    ],
)
def test_read_only_attributes_cannot_be_given(
    admin: Caller, name: str, value: Any
) -> None:
    message = f"Attribute '{name}' is read-only."
    assert refuse(admin, **{name: value}) == glance_error(403, message)


@pytest.mark.parametrize("name", ["location", "os_glance_x"])
def test_glance_keeps_names_for_itself(admin: Caller, name: str) -> None:
    detail = f"Attribute '{name}' is reserved."
    assert refuse(admin, **{name: "x"}) == glance_error(403, DENIED, detail)


@pytest.mark.parametrize(
    ("values", "noun"),
    [
        ({"tags": [str(number) for number in range(129)]}, "tags"),
        ({f"key{number}": "x" for number in range(129)}, "properties"),
    ],
)
def test_there_is_a_quota(admin: Caller, values: dict[str, Any], noun: str) -> None:
    message = (
        f"The limit has been exceeded on the number of allowed image {noun}."
        " Attempted: 129, Maximum: 128"
    )
    assert refuse(admin, **values) == glance_error(413, message)
