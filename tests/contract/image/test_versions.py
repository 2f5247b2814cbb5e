"""Glance's version documents, and its other paths without a token."""

from __future__ import annotations

import re

import pytest

from tests.contract.support.answers import UNVERIFIED, answer_of, glance_error
from tests.contract.support.callers import Caller

# glance/api/versions.py: the list depends on a cache and on named stores.
CACHED = ["2.18", "2.17", "2.16", "2.15", "2.14"]
NAMED_STORES = ["2.13", "2.12", "2.11", "2.10", "2.9", "2.8"]
ALWAYS = ["2.7", "2.6", "2.5", "2.4", "2.3", "2.2", "2.1", "2.0"]
LISTS = [
    ["2.15", "2.9", "2.17", *ALWAYS],
    ["2.15", *NAMED_STORES, "2.17", *ALWAYS],
    [*CACHED, "2.9", *ALWAYS],
    [*CACHED, *NAMED_STORES, *ALWAYS],
]
REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_versions_are_listed_as_glance_lists_them(nobody: Caller) -> None:
    url = nobody.cloud.image_url
    answer = nobody.fetch("GET", f"{url}/versions")
    assert answer.status_code == 200
    assert answer.json().keys() == {"versions"}
    versions = answer.json()["versions"]
    numbers = [version["id"].removeprefix("v") for version in versions]
    assert numbers in LISTS
    newest = max(numbers, key=lambda number: int(number.split(".")[1]))
    for number, version in zip(numbers, versions, strict=True):
        assert version == {
            "id": f"v{number}",
            "status": "CURRENT" if number == newest else "SUPPORTED",
            "links": [{"rel": "self", "href": f"{url}/v2/"}],
        }


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/images", "/v3", "/nope"])
def test_every_other_path_is_offered_the_versions(nobody: Caller, path: str) -> None:
    answer = nobody.fetch("GET", nobody.cloud.image_url + path)
    assert answer.status_code == 300
    versions = nobody.fetch("GET", f"{nobody.cloud.image_url}/versions")
    assert answer.json() == versions.json()
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["", "/", "/images", "/nope"])
@pytest.mark.parametrize("token", [None, "bad"])
def test_every_path_below_v2_needs_a_token(
    nobody: Caller, path: str, token: str | None
) -> None:
    answer = nobody.with_token(token).image("GET", path)
    assert answer_of(answer) == glance_error(401, UNVERIFIED)
    assert answer.headers["WWW-Authenticate"].startswith('Keystone uri="http')


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_without_a_wish_for_json_the_refusal_is_html(
    nobody: Caller, accept: str
) -> None:
    answer = nobody.image("GET", "/images", headers={"Accept": accept})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert UNVERIFIED in answer.text


@pytest.mark.parametrize("path", ["/images", "/images/nope", "/schemas/image"])
def test_every_answer_names_its_request(admin: Caller, path: str) -> None:
    answer = admin.image("GET", path)
    assert REQUEST_ID.fullmatch(answer.headers["x-openstack-request-id"])
