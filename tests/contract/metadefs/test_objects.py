"""/v2/metadefs/namespaces/{name}/objects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.metadefs.test_namespaces import without_times
from tests.contract.support.answers import answer_of, glance_broke, glance_error
from tests.contract.support.callers import Caller


@pytest.fixture
def path(make_namespace: Make) -> str:
    return f"/metadefs/namespaces/{make_namespace()['namespace']}/objects"


def links(path: str, name: str) -> dict[str, str]:
    return {"self": f"/v2{path}/{name}", "schema": "/v2/schemas/metadefs/object"}


WHOLE: dict[str, Any] = {
    "name": "o",
    "description": "An object",
    "required": ["x"],
    "properties": {"x": {"title": "X", "type": "string", "default": True}},
}
KEPT = {**WHOLE, "properties": {"x": {**WHOLE["properties"]["x"], "default": "True"}}}


def test_an_object_is_made_shown_listed_and_deleted(admin: Caller, path: str) -> None:
    answer = admin.image("POST", path, json=WHOLE)
    assert answer.status_code == 201
    assert without_times(answer.json()) == {**KEPT, **links(path, "o")}
    assert {"created_at", "updated_at"} < set(answer.json())
    assert admin.image("GET", f"{path}/o").json() == answer.json()
    schema = "v2/schemas/metadefs/objects"
    listing = admin.image("GET", path).json()
    assert listing == {"objects": [answer.json()], "schema": schema}
    assert admin.image("DELETE", f"{path}/o").status_code == 204
    assert admin.image("GET", path).json()["objects"] == []


def test_an_object_needs_a_name_only(admin: Caller, path: str) -> None:
    made = admin.image("POST", path, json={"name": "o"}).json()
    assert without_times(made) == {"name": "o", **links(path, "o")}
    shown = admin.image("GET", f"{path}/o").json()
    assert shown == {**made, "required": [], "properties": {}}


def test_an_update_replaces_an_object(admin: Caller, path: str) -> None:
    admin.image("POST", path, json=WHOLE)
    answer = admin.image("PUT", f"{path}/o", json={"name": "new"})
    assert answer.status_code == 200
    assert without_times(answer.json()) == {"name": "new", **links(path, "new")}
    shown = without_times(admin.image("GET", f"{path}/new").json())
    empty = {"required": [], "properties": {}}
    assert shown == {"name": "new", **empty, **links(path, "new")}


def test_a_name_is_given_once(admin: Caller, path: str) -> None:
    for name in ("a", "b"):
        admin.image("POST", path, json={"name": name})
    answer = admin.image("POST", path, json={"name": "a"})
    namespace = path.split("/")[3]
    message = (
        "A metadata definition object with name=a already exists in"
        f" namespace={namespace}."
    )
    assert answer_of(answer) == glance_error(409, message)
    answer = admin.image("PUT", f"{path}/a", json={"name": "b"})
    assert answer_of(answer) == glance_broke()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_object_is_not_found(admin: Caller, path: str, method: str) -> None:
    body = {"name": "x"} if method == "PUT" else None
    answer = admin.image(method, f"{path}/nope", json=body)
    message = "Could not find metadata object nope"
    assert answer_of(answer) == glance_error(404, message)
    answer = admin.image(method, "/metadefs/namespaces/nope/objects/x", json=body)
    message = "Metadata definition namespace=nope was not found."
    assert answer_of(answer) == glance_error(404, message)


def test_a_listing_has_no_pages(admin: Caller, path: str) -> None:
    for name in ("b", "a"):
        admin.image("POST", path, json={"name": name})
    for query in ("limit=1", "marker=a", "sort_key=nope", "visibility=shared"):
        objects = admin.image("GET", f"{path}?{query}").json()["objects"]
        assert [one["name"] for one in objects] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit param must be positive"),
        ("limit=x", "limit param must be an integer"),
        ("limit=", "limit param must be an integer"),
        ("sort_dir=x", "Invalid sort direction: x"),
        ("visibility=x", "Invalid visibility value: x"),
    ],
)
def test_a_bad_query_is_refused(
    admin: Caller, path: str, query: str, message: str
) -> None:
    answer = admin.image("GET", f"{path}?{query}")
    assert answer_of(answer) == glance_error(400, message)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"name": 1}, "'object': 1 is not of type 'string'"),
        ({"name": "x" * 81}, f"'object': '{'x' * 81}' is too long"),
        ({"required": ["a", "a"]}, "'object': ['a', 'a'] has non-unique elements"),
        (
            {"properties": {"x": {"title": "X", "type": "string", "nope": 1}}},
            "'property': Additional properties are not allowed ('nope' was unexpected)",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    admin: Caller, path: str, values: dict[str, Any], reason: str
) -> None:
    answer = admin.image("POST", path, json={"name": "o", **values})
    start = f"Provided object does not match schema {reason}\n"
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(start)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"minimum": 1.9}, {"minimum": 1}),
        ({"default": [1]}, {"default": None}),
        ({"pattern": "["}, {"pattern": "["}),
    ],
)
def test_glance_keeps_a_property_in_its_own_way(
    admin: Caller, path: str, written: dict[str, Any], kept: dict[str, Any]
) -> None:
    plain = {"title": "X", "type": "string"}
    body = {"name": "o", "properties": {"x": {**plain, **written}}}
    answer = admin.image("POST", path, json=body)
    assert answer.json()["properties"] == {"x": {**plain, **kept}}


def test_a_default_beyond_ascii_cannot_be_kept(admin: Caller, path: str) -> None:
    spoken = {"title": "X", "type": "string", "default": "é"}
    answer = admin.image("POST", path, json={"name": "o", "properties": {"x": spoken}})
    message = (
        "Error decoding your request. Either the URL or the request body contained"
        " characters that could not be decoded by Glance"
    )
    assert answer_of(answer) == glance_error(400, message)


def test_all_objects_go_at_once(admin: Caller, path: str) -> None:
    admin.image("POST", path, json={"name": "o"})
    assert admin.image("DELETE", path).status_code == 204
    assert admin.image("GET", path).json()["objects"] == []
