"""/v2/metadefs/namespaces/{name}/properties."""

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
from tests.contract.support.callers import Caller

PLAIN = {"name": "p", "title": "P", "type": "string"}
PREFIXED, BARE = "Contract::Prefixed", "Contract::Bare"


@pytest.fixture
def path(make_namespace: Make) -> str:
    types = [{"name": PREFIXED, "prefix": "x_"}, {"name": BARE}]
    made = make_namespace(resource_type_associations=types)
    return f"/metadefs/namespaces/{made['namespace']}/properties"


def test_a_property_is_made_shown_listed_and_deleted(admin: Caller, path: str) -> None:
    sent = {**PLAIN, "enum": ["a"], "default": 1, "operators": ["<in>"], "minLength": 1}
    kept = {**sent, "default": "1"}
    answer = admin.image("POST", path, json=sent)
    assert answer_of(answer) == (201, kept)
    assert answer_of(admin.image("GET", f"{path}/p")) == (200, kept)
    assert answer_of(admin.image("GET", path)) == (200, {"properties": {"p": kept}})
    assert admin.image("DELETE", f"{path}/p").status_code == 204
    assert answer_of(admin.image("GET", path)) == (200, {"properties": {}})


def test_an_update_replaces_a_property(admin: Caller, path: str) -> None:
    admin.image("POST", path, json={**PLAIN, "description": "old"})
    sent = {"name": "q", "title": "Q", "type": "integer"}
    assert answer_of(admin.image("PUT", f"{path}/p", json=sent)) == (200, sent)
    assert answer_of(admin.image("GET", f"{path}/q")) == (200, sent)


def test_a_name_is_given_once(admin: Caller, path: str) -> None:
    for name in ("p", "q"):
        admin.image("POST", path, json={**PLAIN, "name": name})
    answer = admin.image("POST", path, json=PLAIN)
    namespace = path.split("/")[3]
    message = (
        "A metadata definition property with name=p already exists in"
        f" namespace={namespace}."
    )
    assert answer_of(answer) == glance_error(409, message)
    answer = admin.image("PUT", f"{path}/q", json=PLAIN)
    assert answer_of(answer) == glance_broke()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_property_is_not_found(
    admin: Caller, path: str, method: str
) -> None:
    body = PLAIN if method == "PUT" else None
    answer = admin.image(method, f"{path}/nope", json=body)
    assert answer_of(answer) == glance_error(404, "Could not find property nope")
    answer = admin.image(method, "/metadefs/namespaces/nope/properties/p", json=body)
    assert answer_of(answer) == no_namespace("nope")


def test_a_resource_type_takes_its_prefix_off(admin: Caller, path: str) -> None:
    admin.image("POST", path, json=PLAIN)
    answer = admin.image("GET", f"{path}/x_p?resource_type={PREFIXED}")
    assert answer_of(answer) == (200, PLAIN)
    assert admin.image("GET", f"{path}/p?resource_type=").json() == PLAIN
    assert answer_of(admin.image("GET", f"{path}/p?nope=1")) == glance_broke()


@pytest.mark.parametrize(
    ("name", "resource_type", "message"),
    [
        (
            "p",
            PREFIXED,
            "Property p does not start with the expected resource type association"
            " prefix of 'x_'.",
        ),
        (
            "p",
            BARE,
            "Property p does not start with the expected resource type association"
            " prefix of 'None'.",
        ),
        (
            "p",
            "nope",
            "The metadata definition resource-type with name=nope, was not found.",
        ),
        ("x_nope", PREFIXED, "Could not find property nope"),
    ],
)
def test_a_name_has_the_prefix_of_its_resource_type(
    admin: Caller, path: str, name: str, resource_type: str, message: str
) -> None:
    admin.image("POST", path, json=PLAIN)
    answer = admin.image("GET", f"{path}/{name}?resource_type={resource_type}")
    assert answer_of(answer) == glance_error(404, message)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"type": None}, "None is not of type 'string'"),
        ({"name": "x" * 81}, f"'{'x' * 81}' is too long"),
        ({"maxLength": -1}, "-1 is less than the minimum of 0"),
        ({"uniqueItems": "yes"}, "'yes' is not of type 'boolean'"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    admin: Caller, path: str, values: dict[str, Any], reason: str
) -> None:
    answer = admin.image("POST", path, json={**PLAIN, **values})
    start = f"Provided object does not match schema 'property': {reason}\n"
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(start)


def test_the_schema_lets_through_what_no_property_has(admin: Caller, path: str) -> None:
    answer = admin.image("POST", path, json={**PLAIN, "required": ["a"]})
    assert answer_of(answer) == glance_broke()


def test_all_properties_go_at_once(admin: Caller, path: str) -> None:
    admin.image("POST", path, json=PLAIN)
    assert admin.image("DELETE", path).status_code == 204
    assert admin.image("GET", path).json() == {"properties": {}}
