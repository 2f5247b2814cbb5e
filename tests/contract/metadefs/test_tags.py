"""/v2/metadefs/namespaces/{name}/tags."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.metadefs.test_namespaces import without_times
from tests.contract.support.answers import (
    answer_of,
    glance_broke,
    glance_error,
    no_namespace,
)
from tests.contract.support.callers import Caller

APPEND: dict[str, str | None] = {"X-Openstack-Append": "true"}


@pytest.fixture
def path(make_namespace: Make) -> str:
    return f"/metadefs/namespaces/{make_namespace()['namespace']}/tags"


def named(*names: str) -> dict[str, Any]:
    return {"tags": [{"name": name} for name in names]}


def taken(path: str, name: str) -> Any:
    message = (
        f"A metadata tag with name={name} already exists in"
        f" namespace={path.split('/')[3]}. (Please note that metadata tag names are"
        " case insensitive)."
    )
    return glance_error(409, message)


def test_a_tag_is_made_shown_renamed_and_deleted(admin: Caller, path: str) -> None:
    answer = admin.image("POST", f"{path}/t")
    assert answer.status_code == 201
    assert without_times(answer.json()) == {"name": "t"}
    assert admin.image("GET", f"{path}/t").json() == answer.json()
    renamed = admin.image("PUT", f"{path}/t", json={"name": "u"})
    assert answer_of(renamed) == (200, {**answer.json(), "name": "u"})
    assert admin.image("GET", path).json() == named("u")
    answer = admin.image("DELETE", f"{path}/u")
    assert (answer.status_code, answer.content) == (204, b"")
    assert admin.image("GET", path).json() == named()


def test_a_list_of_tags_replaces_or_is_appended(admin: Caller, path: str) -> None:
    admin.image("POST", f"{path}/old")
    assert answer_of(admin.image("POST", path, json=named("a", "b"))) == (
        201,
        named("a", "b"),
    )
    assert admin.image("GET", path).json() == named("b", "a")
    answer = admin.image("POST", path, json=named("c"), headers=APPEND)
    assert answer_of(answer) == (201, named("c"))
    assert admin.image("GET", path).json() == named("c", "b", "a")
    assert admin.image("POST", path, json=named()).status_code == 201
    assert admin.image("GET", path).json() == named("c", "b", "a")
    assert admin.image("DELETE", path).status_code == 204
    assert admin.image("GET", path).json() == named()


def test_a_name_is_given_once(admin: Caller, path: str) -> None:
    admin.image("POST", path, json=named("a", "b"))
    assert answer_of(admin.image("POST", f"{path}/a")) == taken(path, "a")
    answer = admin.image("PUT", f"{path}/a", json={"name": "b"})
    assert answer_of(answer) == taken(path, "b")
    answer = admin.image("POST", path, json=named("b"), headers=APPEND)
    assert answer_of(answer) == taken(path, "b")
    answer = admin.image("POST", path, json=named("c", "c"))
    assert answer_of(answer) == taken(path, "c")
    assert admin.image("GET", path).json() == named("b", "a")
    assert admin.image("POST", f"{path}/A").status_code == 201


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_tag_is_not_found(admin: Caller, path: str, method: str) -> None:
    body = {"name": "x"} if method == "PUT" else None
    answer = admin.image(method, f"{path}/nope", json=body)
    assert answer_of(answer) == glance_error(404, "Could not find metadata tag nope")
    answer = admin.image(method, "/metadefs/namespaces/nope/tags/x", json=body)
    assert answer_of(answer) == no_namespace("nope")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("limit=1", "d"),
        ("limit=0", ""),
        ("limit=", "dcba"),
        ("sort_key=name&sort_dir=asc", "abcd"),
        ("sort_dir=asc", "abcd"),
        ("marker=b", "a"),
        ("marker=b&limit=1&sort_key=name&sort_dir=asc", "c"),
        ("name=a", "dcba"),
    ],
)
def test_tags_are_listed_in_pages(
    admin: Caller, path: str, query: str, names: str
) -> None:
    admin.image("POST", path, json=named(*"abcd"))
    assert admin.image("GET", f"{path}?{query}").json() == named(*names)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("limit=-1", glance_error(400, "limit param must be positive")),
        ("limit=x", glance_error(400, "limit param must be an integer")),
        ("sort_dir=x", glance_error(400, "Invalid sort direction: x")),
        ("sort_key=nope", glance_broke()),
        ("visibility=x", glance_error(400, "Invalid visibility value: x")),
        ("marker=nope", glance_error(404, "Could not find metadata tag nope")),
    ],
)
def test_a_bad_query_is_refused(
    admin: Caller, path: str, query: str, answer: Any
) -> None:
    assert answer_of(admin.image("GET", f"{path}?{query}")) == answer


def test_a_name_has_at_most_80_characters(admin: Caller, path: str) -> None:
    start = f"Provided object does not match schema 'tag': '{'x' * 81}' is too long\n"
    answer = admin.image("POST", f"{path}/{'x' * 81}")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(start)
    # a list is not checked for it
    assert admin.image("POST", path, json=named("x" * 81)).status_code == 201


def test_a_list_says_its_tags(admin: Caller, path: str) -> None:
    assert answer_of(admin.image("POST", path, json={})) == glance_broke()
    answer = admin.image("POST", path, json={"tags": ["x"]})
    start = "Provided object does not match schema 'tags': 'x' is not of type 'object'"
    assert answer.json()["message"].startswith(start)
