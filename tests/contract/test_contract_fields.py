"""`imagectl.contract` compared with what the services answer."""

from __future__ import annotations

from typing import Any

import pytest

from imagectl.contract import Field, Resource
from imagectl.contract.identity import (
    DOMAIN,
    ENDPOINT,
    PROJECT,
    REGION,
    ROLE,
    SERVICE,
    USER,
)
from imagectl.contract.image import IMAGE
from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, glance_error
from tests.contract.support.callers import Caller, unique
from tests.contract.support.patches import change

RESOURCES = (USER, PROJECT, DOMAIN, ROLE, SERVICE, ENDPOINT, REGION)
# Keystone measures these by the column, or looks for what they name first.
LOOKED_UP = ("default_project_id", "region_id", "service_id")


def each_field(condition: Any) -> list[Any]:
    """A pytest parameter for every Identity field that the condition holds for."""
    return [
        pytest.param(resource, field, id=f"{resource.noun}-{field.name}")
        for resource in RESOURCES
        for field in resource.fields
        if condition(field)
    ]


def fill(resource: Resource, make: Make) -> dict[str, Any]:
    """The least a create request carries, and a value for each optional text."""
    values: dict[str, Any] = {
        field.name: unique(field.name)
        for field in resource.fields
        if field.name in ("name", "description", "type", "email", "password")
    }
    if resource is USER:
        values["default_project_id"] = "some"
    if resource is ENDPOINT:
        service_id = make("service", type=unique("type"))["id"]
        values = {"service_id": service_id, "interface": "public", "url": "http://a.b"}
    return values


def post(admin: Caller, resource: Resource, values: dict[str, Any]) -> Any:
    return admin.identity("POST", resource.path, json={resource.noun: values})


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.noun)
def test_a_record_has_the_fields_of_its_resource(
    make: Make, resource: Resource
) -> None:
    record = make(resource.noun, **fill(resource, make))
    # what is neither stored nor the user's to set is looked up by the client
    known = {
        field.name
        for field in resource.fields
        if field.shown != "never" and (field.stored or not field.read_only)
    }
    assert record.keys() == known | {"links"}


@pytest.mark.parametrize(
    ("resource", "field"),
    each_field(lambda field: field.default is not None),
)
def test_a_field_that_was_not_given_has_its_default(
    make: Make, resource: Resource, field: Field
) -> None:
    values = fill(resource, make)
    values.pop(field.name, None)
    shown = make(resource.noun, **values)[field.name]
    assert (tuple(shown) if isinstance(shown, list) else shown) == field.default


@pytest.mark.parametrize(
    ("resource", "field"), each_field(lambda field: field.required)
)
def test_a_required_field_is_required(
    admin: Caller, make: Make, resource: Resource, field: Field
) -> None:
    values = fill(resource, make)
    del values[field.name]
    answer = post(admin, resource, values)
    assert answer.status_code == 400
    reason = f"'{field.name}' is a required property"
    assert answer.json()["error"]["message"].endswith(reason)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.noun)
def test_no_other_field_is_required(make: Make, resource: Resource) -> None:
    values = fill(resource, make)
    make(
        resource.noun, **{f.name: values[f.name] for f in resource.fields if f.required}
    )


@pytest.mark.parametrize(
    ("resource", "field"),
    each_field(lambda field: field.max_length and not field.read_only),
)
def test_a_text_has_its_longest_length(
    admin: Caller, make: Make, resource: Resource, field: Field
) -> None:
    assert field.max_length
    text = "http://".ljust(field.max_length + 1, "x")
    if field.pattern and field.name.endswith("_id"):
        text = "x" * (field.max_length + 1)
    answer = post(admin, resource, {**fill(resource, make), field.name: text})
    assert answer.status_code == 400
    if field.name not in LOOKED_UP:
        assert answer.json()["error"]["message"].endswith(f"'{text}' is too long")


@pytest.mark.parametrize(
    ("resource", "field"), each_field(lambda field: field.min_length and field.stored)
)
def test_a_text_has_its_shortest_length(
    admin: Caller, make: Make, resource: Resource, field: Field
) -> None:
    answer = post(admin, resource, {**fill(resource, make), field.name: ""})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].endswith("'' should be non-empty")


@pytest.mark.parametrize(
    ("resource", "field"), each_field(lambda field: field.filter == "exact")
)
def test_a_filter_narrows_a_listing(
    admin: Caller, make: Make, resource: Resource, field: Field
) -> None:
    values = fill(resource, make)
    if field.name == "parent_region_id":
        values[field.name] = make("region")["id"]
    if field.name == "parent_id":
        values[field.name] = make("project", name=unique("project"))["id"]
    if field.name == "region_id":
        values[field.name] = admin.cloud.region_name
    if resource is ROLE and field.name == "domain_id":
        values[field.name] = make("domain", name=unique("domain"))["id"]
    record = make(resource.noun, **values)
    query = f"{resource.path}?{field.name}={record[field.name]}"
    listed = admin.identity("GET", query).json()[resource.collection]
    assert record["id"] in [one["id"] for one in listed]
    assert {one[field.name] for one in listed} == {record[field.name]}


def test_the_image_schema_is_the_contract_in_the_same_order(admin: Caller) -> None:
    published = admin.image("GET", "/schemas/image").json()["properties"]
    assert published == {field.name: field.schema() for field in IMAGE.fields}
    assert list(published) == [field.name for field in IMAGE.fields]


def test_an_image_has_no_field_beside_the_contract(
    admin: Caller, make_image: Make
) -> None:
    image_id = make_image(disk_format="raw", container_format="bare")["id"]
    admin.upload(image_id, b"data")
    image = admin.image("GET", f"/images/{image_id}").json()
    known = {field.name for field in IMAGE.fields}
    settings_decide = {"direct_url", "stores", "locations"}
    assert known - settings_decide <= image.keys() <= known


@pytest.mark.parametrize("field", IMAGE.fields, ids=lambda field: field.name)
def test_a_field_sorts_images_or_does_not(admin: Caller, field: Field) -> None:
    answer = admin.image("GET", f"/images?limit=1&sort={field.name}:asc")
    assert answer.status_code == (200 if field.sortable else 400)


@pytest.mark.parametrize(
    "field",
    [field for field in IMAGE.fields if field.read_only and field.name != "stores"],
    ids=lambda field: field.name,
)
def test_a_read_only_field_cannot_be_changed(
    admin: Caller, make_image: Make, field: Field
) -> None:
    patch = change("replace", f"/{field.name}", "x")
    answer = admin.patch_image(make_image()["id"], patch)
    message = f"Attribute '{field.name}' is read-only."
    assert answer_of(answer) == glance_error(403, message)


@pytest.mark.parametrize(
    "field",
    [field for field in IMAGE.fields if field.default is not None],
    ids=lambda field: field.name,
)
def test_an_image_field_that_was_not_given_has_its_default(
    make_image: Make, field: Field
) -> None:
    assert make_image()[field.name] == field.default
