"""/v2/metadefs/namespaces: create, show, update, and all that a namespace holds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    answer_of,
    glance_broke,
    glance_error,
    no_namespace,
)
from tests.contract.support.callers import Caller, unique

PATH = "/metadefs/namespaces"
TYPE = "Contract::Type"
WHOLE: dict[str, Any] = {
    "display_name": "Shown",
    "description": "Everything",
    "visibility": "public",
    "protected": False,
    "resource_type_associations": [
        {"name": TYPE, "prefix": "hw_", "properties_target": "image"},
        {"name": "Contract::Plain"},
    ],
    "properties": {
        "p1": {"title": "P", "type": "string", "enum": ["a", "b"], "default": "a"},
        "p2": {"title": "P", "type": "integer", "maximum": 2.7, "default": 5},
        "p3": {"title": "P", "type": "array", "items": {"type": "string"}},
    },
    "objects": [
        {
            "name": "o1",
            "required": ["r"],
            "properties": {"r": {"title": "R", "type": "string"}},
        },
        {"name": "o2"},
    ],
    "tags": [{"name": "t1"}, {"name": "t2"}],
}
P2 = {"title": "P", "type": "integer", "maximum": 2, "default": "5"}
"""The second property as Glance keeps it: numbers whole, a default as text."""


def without_times(value: Any) -> Any:
    if isinstance(value, list):
        return [without_times(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: without_times(item)
        for name, item in value.items()
        if name not in ("created_at", "updated_at")
    }


def test_a_namespace_needs_a_name_only(admin: Caller) -> None:
    name = unique("Contract")
    answer = admin.image("POST", PATH, json={"namespace": name})
    path = f"/v2{PATH}/{name}"
    assert answer.status_code == 201
    assert answer.headers["Location"] == admin.cloud.image_url + path
    assert without_times(answer.json()) == {
        "namespace": name,
        "visibility": "private",
        "protected": False,
        "owner": admin.project_id,
        "self": path,
        "schema": "/v2/schemas/metadefs/namespace",
    }
    assert admin.image("GET", f"{PATH}/{name}").json() == answer.json()
    answer = admin.image("DELETE", f"{PATH}/{name}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_namespace_comes_with_all_that_it_holds(
    admin: Caller, reader: Caller, make_namespace: Make
) -> None:
    made = make_namespace(**WHOLE)
    properties = {**WHOLE["properties"], "p2": P2}
    name = made["namespace"]
    expected = {**WHOLE, "namespace": name, "properties": properties}
    own = {"owner": admin.project_id, "self": f"/v2{PATH}/{name}"}
    expected |= {**own, "schema": "/v2/schemas/metadefs/namespace"}
    assert without_times(made) == expected
    link = {"schema": "/v2/schemas/metadefs/object"}
    first, second = WHOLE["objects"]
    path = f"/v2{PATH}/{name}/objects"
    objects = [
        {**first, **link, "self": f"{path}/o1"},
        {**second, "required": [], "properties": {}, **link, "self": f"{path}/o2"},
    ]
    tags = [{"name": "t2"}, {"name": "t1"}]  # the newest first
    shown = reader.image("GET", f"{PATH}/{name}").json()
    assert without_times(shown) == {**expected, "objects": objects, "tags": tags}


def test_a_resource_type_puts_its_prefix_before_names(
    admin: Caller, make_namespace: Make
) -> None:
    path = f"{PATH}/{make_namespace(**WHOLE)['namespace']}"
    shown = admin.image("GET", f"{path}?resource_type={TYPE}").json()
    assert sorted(shown["properties"]) == ["hw_p1", "hw_p2", "hw_p3"]
    assert shown["objects"][0]["required"] == ["hw_r"]
    assert list(shown["objects"][0]["properties"]) == ["hw_r"]
    for other in ("Contract::Plain", "nope", ""):
        shown = admin.image("GET", f"{path}?resource_type={other}").json()
        assert sorted(shown["properties"]) == ["p1", "p2", "p3"]


def test_one_namespace_knows_no_other_filter(
    admin: Caller, make_namespace: Make
) -> None:
    path = f"{PATH}/{make_namespace()['namespace']}"
    assert answer_of(admin.image("GET", f"{path}?nope=1")) == glance_broke()
    answer = admin.image("GET", f"{path}?visibility=nope")
    assert answer_of(answer) == glance_error(400, "Invalid visibility value: nope")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            {"objects": [{"name": "a"}] * 2},
            "A metadata definition object with name=a already exists in namespace={}.",
        ),
        (
            {"tags": [{"name": "a"}] * 2},
            "A metadata tag with name=a already exists in namespace={}. (Please note"
            " that metadata tag names are case insensitive).",
        ),
        (
            {"resource_type_associations": [{"name": TYPE}] * 2},
            "The metadata definition resource-type association of"
            f" resource-type={TYPE} to namespace={{}} already exists.",
        ),
    ],
)
def test_a_namespace_that_holds_a_name_twice_is_not_made(
    admin: Caller, part: dict[str, Any], message: str
) -> None:
    name = unique("Contract")
    answer = admin.image("POST", PATH, json={"namespace": name, **part})
    assert answer_of(answer) == glance_error(409, message.format(name))
    assert admin.image("GET", f"{PATH}/{name}").status_code == 404


@pytest.mark.parametrize(
    "part",
    [
        {"properties": {"x": {"title": "X", "type": "string", "nope": 1}}},
        {"properties": {"x": {"title": "X", "type": "string", "enum": [1]}}},
        {"properties": {"x": {"title": "X", "type": "array", "items": {}}}},
        {"objects": [{"description": "without a name"}]},
        {"tags": [{"nope": 1}]},
    ],
)
def test_glance_trips_over_what_its_schema_lets_through(
    admin: Caller, part: dict[str, Any]
) -> None:
    body = {"namespace": unique("Contract"), **part}
    assert answer_of(admin.image("POST", PATH, json=body)) == glance_broke()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"namespace": 1}, "1 is not of type 'string'"),
        ({"namespace": "x" * 81}, f"'{'x' * 81}' is too long"),
        ({"visibility": "shared"}, "'shared' is not one of ['public', 'private']"),
        ({"owner": None}, "None is not of type 'string'"),
        ({"protected": "yes"}, "'yes' is not of type 'boolean'"),
        ({"properties": {"x": {"title": "X"}}}, "'type' is a required property"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    admin: Caller, values: dict[str, Any], reason: str
) -> None:
    body = {"namespace": unique("Contract"), **values}
    answer = admin.image("POST", PATH, json=body)
    start = f"Provided object does not match schema 'namespace': {reason}\n"
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(start)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, glance_error(400, "Body expected in request.")),
        ({"data": b"{x"}, glance_error(400, "Malformed JSON in request body.")),
        ({"json": []}, glance_broke()),
    ],
)
def test_a_namespace_needs_a_json_object(
    admin: Caller, body: dict[str, Any], answer: Any
) -> None:
    if "json" not in body and body:
        body = {**body, "headers": {"Content-Type": "application/json"}}
    assert answer_of(admin.image("POST", PATH, **body)) == answer


def test_a_name_is_given_once(admin: Caller, make_namespace: Make) -> None:
    name, other = (make_namespace()["namespace"] for _ in range(2))
    answer = admin.image("POST", PATH, json={"namespace": name})
    message = f"The metadata definition namespace={name} already exists."
    assert answer_of(answer) == glance_error(409, message)
    answer = admin.image("PUT", f"{PATH}/{other}", json={"namespace": name})
    message = (
        "Invalid update. It would result in a duplicate metadata definition namespace"
        f" with the same name of {name}"
    )
    assert answer_of(answer) == glance_error(409, message)


def test_an_update_replaces_a_namespace_but_not_what_it_holds(
    admin: Caller, make_namespace: Make
) -> None:
    made = make_namespace(**WHOLE)
    path = f"{PATH}/{made['namespace']}"
    sent = {"namespace": made["namespace"], "tags": [{"name": "new"}]}
    answer = admin.image("PUT", path, json=sent)
    assert answer.status_code == 200
    assert without_times(answer.json()) == {
        "namespace": made["namespace"],
        "visibility": "private",
        "protected": False,
        "owner": admin.project_id,
        "self": f"/v2{path}",
        "schema": "/v2/schemas/metadefs/namespace",
    }
    shown = admin.image("GET", path).json()
    assert [tag["name"] for tag in shown["tags"]] == ["t2", "t1"]


def test_a_namespace_is_renamed(admin: Caller, make_namespace: Make) -> None:
    old, new = make_namespace()["namespace"], unique("Contract")
    answer = admin.image("PUT", f"{PATH}/{old}", json={"namespace": new})
    assert answer.json()["self"] == f"/v2{PATH}/{new}"
    for method in ("PUT", "DELETE"):
        body = {"json": {"namespace": old}} if method == "PUT" else {}
        answer = admin.image(method, f"{PATH}/{old}", **body)
        assert answer_of(answer) == no_namespace(old)
    message = f"Metadata definition namespace={old} was not found."
    assert answer_of(admin.image("GET", f"{PATH}/{old}")) == glance_error(404, message)
    assert admin.image("DELETE", f"{PATH}/{new}").status_code == 204


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("", "GET, POST"),
        ("/x", "GET, PUT, DELETE"),
        ("/x/objects", "GET, POST, DELETE"),
        ("/x/objects/y", "GET, PUT, DELETE"),
        ("/x/properties", "GET, POST, DELETE"),
        ("/x/properties/y", "GET, PUT, DELETE"),
        ("/x/tags", "GET, POST, DELETE"),
        ("/x/tags/y", "GET, POST, PUT, DELETE"),
        ("/x/resource_types", "GET, POST"),
        ("/x/resource_types/y", "DELETE"),
    ],
)
def test_other_methods_are_not_allowed(admin: Caller, path: str, methods: str) -> None:
    answer = admin.image("PATCH", f"{PATH}{path}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, methods)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", f"/{part}", 400) for part in ("", "properties", "resource_types")),
        *(("GET", f"/{part}", 400) for part in ("tags/x", "objects/x")),
        *(("GET", f"/{part}", 200) for part in ("objects", "tags")),
        *(("DELETE", f"/{part}", 400) for part in ("tags/x", "objects/x")),
        *(("DELETE", f"/{part}", 500) for part in ("tags", "objects", "properties")),
        ("DELETE", "/properties/x", 500),
        ("DELETE", "/resource_types/x", 400),
        ("POST", "/tags/x", 400),
    ],
)
def test_an_unexpected_body_is_refused_or_breaks_glance(
    admin: Caller, make_namespace: Make, method: str, path: str, status: int
) -> None:
    path = f"{PATH}/{make_namespace()['namespace']}{path}".rstrip("/")
    answer = admin.image(method, path, json={})
    assert answer.status_code == status
    if status == 400:
        message = "A body is not expected with this request."
        assert answer_of(answer) == glance_error(400, message)


def test_a_name_in_a_path_is_taken_byte_by_byte(
    admin: Caller, make_namespace: Make
) -> None:
    name = make_namespace()["namespace"]
    answer = admin.image("GET", f"{PATH}/{name}-é")
    message = f"Metadata definition namespace={name}-Ã© was not found."
    assert answer_of(answer) == glance_error(404, message)
