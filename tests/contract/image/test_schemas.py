"""/v2/schemas of images and members, as they were recorded from Glance 33."""

from __future__ import annotations

import pytest

from tests.contract.support.callers import Caller
from tests.contract.support.recorded import read_recorded

DESCRIBED_BY = {"rel": "describedby", "href": "{schema}"}


@pytest.mark.parametrize("name", ["image", "member"])
def test_the_schema_of_one_is_as_recorded(admin: Caller, name: str) -> None:
    answer = admin.image("GET", f"/schemas/{name}")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == read_recorded(name)


def test_the_schema_of_many_images_has_pages(admin: Caller) -> None:
    text = {"type": "string"}
    images = {"type": "array", "items": read_recorded("image")}
    assert admin.image("GET", "/schemas/images").json() == {
        "name": "images",
        "properties": {"images": images, "first": text, "next": text, "schema": text},
        "links": [
            {"rel": "first", "href": "{first}"},
            {"rel": "next", "href": "{next}"},
            DESCRIBED_BY,
        ],
    }


def test_the_schema_of_many_members_has_none(admin: Caller) -> None:
    members = {"type": "array", "items": read_recorded("member")}
    assert admin.image("GET", "/schemas/members").json() == {
        "name": "members",
        "properties": {"members": members, "schema": {"type": "string"}},
        "links": [DESCRIBED_BY],
    }


def test_anyone_who_is_signed_in_reads_the_schemas(reader: Caller) -> None:
    assert reader.image("GET", "/schemas/image").status_code == 200
