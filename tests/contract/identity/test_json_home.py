"""Keystone's JSON home, as it was recorded from Keystone 30."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contract.support.callers import Caller
from tests.contract.support.recorded import read_recorded

JSON_HOME = "application/json-home"


def home(caller: Caller, path: str = "/v3", accept: str = JSON_HOME) -> dict[str, Any]:
    url = caller.cloud.identity_url + path
    answer = caller.fetch("GET", url, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == JSON_HOME
    assert answer.headers["Vary"] == "X-Auth-Token"
    return dict(answer.json()["resources"])


def is_routed(caller: Caller, place: dict[str, Any]) -> bool:
    path = place.get("href") or re.sub(r"{\w+}", "x", place["href-template"])
    answer = caller.identity("GET", path)
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code != 404 or not is_page


def test_the_home_names_every_route_as_keystone_does(admin: Caller) -> None:
    announced, recorded = home(admin), read_recorded("json_home")
    assert announced == {name: recorded[name] for name in announced}
    left_out = {name: recorded[name] for name in recorded.keys() - announced.keys()}
    assert [name for name, one in left_out.items() if is_routed(admin, one)] == []


def test_the_home_of_all_versions_leads_into_the_third(nobody: Caller) -> None:
    third, every = home(nobody, "/v3/"), home(nobody, "/")
    assert every.keys() == third.keys()
    for name, place in third.items():
        key = "href" if "href" in place else "href-template"
        assert every[name] == {**place, key: f"/v3{place[key]}"}


def test_the_home_is_answered_where_it_is_preferred(nobody: Caller) -> None:
    assert home(nobody, accept=f"application/json;q=0.3, {JSON_HOME};q=0.4")


@pytest.mark.parametrize(
    "accept", [f"{JSON_HOME};q=0.5, application/json", f"{JSON_HOME}, application/json"]
)
def test_the_version_is_answered_where_both_are_accepted(
    nobody: Caller, accept: str
) -> None:
    url = f"{nobody.cloud.identity_url}/v3"
    answer = nobody.fetch("GET", url, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json().keys() == {"version"}


def test_the_home_has_a_head_without_a_body(nobody: Caller) -> None:
    url = f"{nobody.cloud.identity_url}/v3"
    answer = nobody.fetch("HEAD", url, headers={"Accept": JSON_HOME})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == JSON_HOME
