"""Keystone's version documents at / and /v3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.support.callers import Caller


def version_of(caller: Caller) -> dict[str, Any]:
    media_type = "application/vnd.openstack.identity-v3+json"
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{caller.cloud.identity_url}/v3/"}],
        "media-types": [{"base": "application/json", "type": media_type}],
    }


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html"])
def test_the_root_offers_version_three_and_points_to_it(
    nobody: Caller, accept: str
) -> None:
    url = nobody.cloud.identity_url
    answer = nobody.fetch("GET", f"{url}/", headers={"Accept": accept})
    assert answer.status_code == 300
    assert answer.json() == {"versions": {"values": [version_of(nobody)]}}
    assert answer.headers["Location"] == f"{url}/v3/"
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/v3", "/v3/"])
def test_version_three_describes_itself(nobody: Caller, path: str) -> None:
    answer = nobody.fetch("GET", nobody.cloud.identity_url + path)
    assert answer.status_code == 200
    assert answer.json() == {"version": version_of(nobody)}


def test_the_root_answers_head_without_a_body(nobody: Caller) -> None:
    answer = nobody.fetch("HEAD", f"{nobody.cloud.identity_url}/")
    assert (answer.status_code, answer.content) == (300, b"")


@pytest.mark.parametrize("path", ["/v2.0", "/v4", "/nope"])
def test_other_versions_are_not_found(nobody: Caller, path: str) -> None:
    answer = nobody.fetch("GET", nobody.cloud.identity_url + path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("PUT", "/v3")])
def test_versions_can_only_be_read(nobody: Caller, method: str, path: str) -> None:
    answer = nobody.fetch(method, nobody.cloud.identity_url + path)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
