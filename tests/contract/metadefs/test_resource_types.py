"""/v2/metadefs/resource_types and their associations with a namespace."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.metadefs.test_namespaces import without_times
from tests.contract.support.answers import answer_of, glance_error, no_namespace
from tests.contract.support.callers import Caller, unique


@pytest.fixture
def path(make_namespace: Make) -> str:
    return f"/metadefs/namespaces/{make_namespace()['namespace']}/resource_types"


def test_a_resource_type_is_associated_and_dissociated(
    admin: Caller, reader: Caller, path: str
) -> None:
    name = unique("Contract::Type")
    sent = {"name": name, "prefix": "x_", "properties_target": "image"}
    answer = admin.image("POST", path, json=sent)
    assert answer.status_code == 201
    assert without_times(answer.json()) == sent
    shown = admin.image("GET", path).json()
    assert shown == {"resource_type_associations": [answer.json()]}
    assert admin.image("DELETE", f"{path}/{name}").status_code == 204
    assert admin.image("GET", path).json() == {"resource_type_associations": []}
    # the type itself stays
    types = reader.image("GET", "/metadefs/resource_types").json()["resource_types"]
    [kept] = [one for one in types if one["name"] == name]
    assert set(kept) == {"name", "created_at", "updated_at"}


def test_a_resource_type_is_associated_once(admin: Caller, path: str) -> None:
    for status in (201, 409):
        answer = admin.image("POST", path, json={"name": "Contract::Type"})
        assert answer.status_code == status
    message = (
        "The metadata definition resource-type association of"
        f" resource-type=Contract::Type to namespace={path.split('/')[3]}"
        " already exists."
    )
    assert answer_of(answer) == glance_error(409, message)


def test_an_unassociated_resource_type_is_not_found(admin: Caller, path: str) -> None:
    answer = admin.image("DELETE", f"{path}/nope")
    message = "Failed to find resource type nope to delete"
    assert answer_of(answer) == glance_error(404, message)
    for method, part in (("GET", ""), ("DELETE", "/x")):
        unknown = f"/metadefs/namespaces/nope/resource_types{part}"
        assert answer_of(admin.image(method, unknown)) == no_namespace("nope")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "'name' is a required property"),
        ({"name": "x" * 81}, f"'{'x' * 81}' is too long"),
        ({"name": "x", "prefix": None}, "None is not of type 'string'"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    admin: Caller, path: str, body: dict[str, Any], reason: str
) -> None:
    answer = admin.image("POST", path, json=body)
    start = (
        f"Provided object does not match schema 'resource_type_association': {reason}\n"
    )
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(start)


def test_resource_types_are_only_listed(admin: Caller) -> None:
    answer = admin.image("POST", "/metadefs/resource_types", json={"name": "x"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
