"""Metadata definitions: who sees and changes them, and protection."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.metadefs.test_namespaces import PATH, TYPE, WHOLE
from tests.contract.support.answers import (
    NO_ROUTE,
    answer_of,
    glance_error,
    no_namespace,
)
from tests.contract.support.callers import Caller, admin_request, sign_in


def test_a_protected_namespace_keeps_all_that_it_holds(
    admin: Caller, make_namespace: Make
) -> None:
    name = make_namespace(**{**WHOLE, "protected": True})["namespace"]
    kept = f"Metadata definition namespace {name} is protected and cannot be deleted."
    for part in ("", "/objects", "/properties", "/tags"):
        answer = admin.image("DELETE", f"{PATH}/{name}{part}")
        assert answer_of(answer) == glance_error(403, kept)
    for part, what in (
        ("objects/o1", "object o1"),
        ("properties/p1", "property p1"),
        ("tags/t1", "tag t1"),
        (f"resource_types/{TYPE}", f"resource-type-association {TYPE}"),
    ):
        answer = admin.image("DELETE", f"{PATH}/{name}/{part}")
        message = f"Metadata definition {what} is protected and cannot be deleted."
        assert answer_of(answer) == glance_error(403, message)


def test_a_private_namespace_is_its_owners(
    member: Caller, outsider: Caller, make_namespace: Make
) -> None:
    name = make_namespace(owner=member.project_id)["namespace"]
    assert member.image("GET", f"{PATH}/{name}").status_code == 200
    answer = outsider.image("GET", f"{PATH}/{name}")
    assert answer_of(answer) == glance_error(404, NO_ROUTE)
    for part in ("/tags", "/properties", "/objects", "/resource_types"):
        assert member.image("GET", f"{PATH}/{name}{part}").status_code == 200
        answer = outsider.image("GET", f"{PATH}/{name}{part}")
        assert answer_of(answer) == no_namespace(name)
    for method, body in (("PUT", {"namespace": name}), ("DELETE", None)):
        answer = outsider.image(method, f"{PATH}/{name}", json=body)
        assert answer_of(answer) == no_namespace(name)
    answer = outsider.image("GET", f"{PATH}?marker={name}")
    message = (
        f"Forbidding request, metadata definition namespace={name} is not visible."
    )
    assert answer_of(answer) == glance_error(403, message)


@pytest.mark.parametrize(
    ("method", "part", "body", "action"),
    [
        ("PUT", "", {"namespace": "x"}, "modify_metadef_namespace"),
        ("DELETE", "", None, "delete_metadef_namespace"),
        ("DELETE", "/objects", None, "delete_metadef_namespace"),
        ("DELETE", "/properties", None, "delete_metadef_namespace"),
        ("DELETE", "/tags", None, "delete_metadef_namespace"),
        ("POST", "/objects", {"name": "x"}, "add_metadef_object"),
        ("PUT", "/objects/o", {"name": "x"}, "modify_metadef_object"),
        ("DELETE", "/objects/o", None, "delete_metadef_object"),
        (
            "POST",
            "/properties",
            {"name": "x", "title": "X", "type": "string"},
            "add_metadef_property",
        ),
        (
            "PUT",
            "/properties/p",
            {"name": "x", "title": "X", "type": "string"},
            "modify_metadef_property",
        ),
        ("DELETE", "/properties/p", None, "remove_metadef_property"),
        ("POST", "/tags", {"tags": []}, "add_metadef_tags"),
        ("POST", "/tags/t", None, "add_metadef_tag"),
        ("PUT", "/tags/t", {"name": "x"}, "modify_metadef_tag"),
        ("DELETE", "/tags/t", None, "delete_metadef_tag"),
        (
            "POST",
            "/resource_types",
            {"name": "x"},
            "add_metadef_resource_type_association",
        ),
        (
            "DELETE",
            "/resource_types/x",
            None,
            "remove_metadef_resource_type_association",
        ),
    ],
)
def test_only_administrators_change_definitions(
    member: Caller,
    make_namespace: Make,
    method: str,
    part: str,
    body: Any,
    action: str,
) -> None:
    name = make_namespace(owner=member.project_id)["namespace"]
    answer = member.image(method, f"{PATH}/{name}{part}", json=body)
    message = f"You are not authorized to complete {action} action."
    assert answer_of(answer) == glance_error(403, message)


def test_only_administrators_make_namespaces(member: Caller) -> None:
    answer = member.image("POST", PATH, json={"namespace": "x"})
    message = "You are not authorized to complete add_metadef_namespace action."
    assert answer_of(answer) == glance_error(403, message)


def test_a_token_for_the_system_sees_no_definitions(
    admin: Caller, make_namespace: Make
) -> None:
    system = sign_in(admin.cloud, admin_request(admin.cloud, {"system": {"all": True}}))
    name = make_namespace(visibility="public")["namespace"]
    for part in ("", f"/{name}", f"/{name}/tags"):
        answer = system.image("GET", f"{PATH}{part}")
        assert answer_of(answer) == glance_error(404, NO_ROUTE)
    answer = system.image("POST", PATH, json={"namespace": "x"})
    assert answer_of(answer) == glance_error(404, NO_ROUTE)
    assert system.image("GET", "/schemas/metadefs/tag").status_code == 200
