"""/v2/schemas/metadefs, as they were recorded from Glance 33."""

from __future__ import annotations

from typing import Any

import pytest

from imagectl.contract import Resource
from imagectl.contract.metadef import ASSOCIATION, NAMESPACE, OBJECT, TAG
from tests.contract.support.answers import NO_ROUTE, answer_of, glance_error
from tests.contract.support.callers import Caller
from tests.contract.support.recorded import read_recorded

NAMES = ("namespace", "object", "property", "resource_type", "tag")


@pytest.mark.parametrize(
    "name",
    [*NAMES, "namespaces", "objects", "properties", "resource_types", "tags"],
)
def test_a_schema_is_as_recorded(reader: Caller, name: str) -> None:
    answer = reader.image("GET", f"/schemas/metadefs/{name}")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == read_recorded(f"metadefs/{name}")


def test_there_is_no_other_schema(reader: Caller) -> None:
    answer = reader.image("GET", "/schemas/metadefs/nope")
    assert answer_of(answer) == glance_error(404, NO_ROUTE)


# a refusal quotes the schema as it stands, in its own order
@pytest.mark.parametrize(
    ("path", "body", "schema"),
    [
        ("/metadefs/namespaces", {"namespace": "x", "nope": 1}, "namespace"),
        ("/metadefs/namespaces/{}/objects", {"name": "x", "nope": 1}, "object"),
        ("/metadefs/namespaces/{}/properties", {"nope": 1}, "property"),
        (
            "/metadefs/namespaces/{}/resource_types",
            {"name": "x", "nope": 1},
            "resource_type_association",
        ),
        ("/metadefs/namespaces/{}/tags", {"nope": 1}, "tags"),
    ],
)
def test_a_body_with_an_unknown_attribute_is_refused(
    admin: Caller, path: str, body: dict[str, Any], schema: str
) -> None:
    answer = admin.image("POST", path.format("any"), json=body)
    message = answer.json()["message"]
    assert answer.status_code == 400
    assert message.startswith(
        f"Provided object does not match schema '{schema}': Additional properties are"
        " not allowed ('nope' was unexpected)\n\nFailed validating"
        " 'additionalProperties' in schema:\n"
        f"    {{'name': '{schema}',\n     'properties': {{"
    )
    assert "'additionalProperties': False" in message


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        *(("", name) for name in ("created_at", "updated_at", "self", "schema")),
        *(("/any/objects", name) for name in ("created_at", "self", "schema")),
        ("/any/properties", "created_at"),
        ("/any/tags", "updated_at"),
        ("/any/resource_types", "updated_at"),
    ],
)
def test_read_only_attributes_cannot_be_given(
    admin: Caller, path: str, attribute: str
) -> None:
    answer = admin.image("POST", f"/metadefs/namespaces{path}", json={attribute: "x"})
    message = f"Attribute '{attribute}' is read-only."
    assert answer_of(answer) == glance_error(403, message)


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("namespace", NAMESPACE),
        ("object", OBJECT),
        ("tag", TAG),
        ("resource_type", ASSOCIATION),
    ],
)
def test_the_contract_has_the_attributes_of_the_schema(
    name: str, resource: Resource
) -> None:
    recorded = read_recorded(f"metadefs/{name}")
    fields = {field.name: field for field in resource.fields}
    assert fields.keys() == recorded["properties"].keys()
    assert [n for n, field in fields.items() if field.required] == recorded["required"]
    for attribute, schema in recorded["properties"].items():
        field = fields[attribute]
        assert field.read_only is schema.get("readOnly", False)
        assert field.max_length == schema.get("maxLength")
        assert list(field.choices) == schema.get("enum", [])
