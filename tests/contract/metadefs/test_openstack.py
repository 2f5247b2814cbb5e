"""Metadata definitions: the same command lines through `openstack` and `imagectl`.

Where `openstack` loses what it was not told to, `imagectl` alone is held to keep it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.support.side_by_side import OWN, SideBySide

pytestmark = [pytest.mark.real, pytest.mark.reference]

METADEF = ("image", "metadef")
NAMESPACE = (*METADEF, "namespace")
OBJECT = (*METADEF, "object")
PROPERTY = (*METADEF, "property")
TYPES = (*METADEF, "resource", "type")
ASSOCIATION = (*TYPES, "association")

# `openstack` forgets of a namespace what `set` does not name; so all is named.
DESCRIBED = ("--description", "d", "--display-name", "D", "--public")
TYPED = ("--title", "P", "--type", "string")
DROPPED = ("description", "display_name", "visibility")
"""What `openstack` forgets of a namespace when it lifts its protection."""


@pytest.fixture
def namespace(both: SideBySide) -> str:
    """A namespace for each program, of the program's own name."""
    both.undo(*NAMESPACE, "delete", OWN, "--force")
    both.show(*NAMESPACE, "create", OWN, *DESCRIBED)
    return OWN


def test_a_namespace_is_shown_changed_and_deleted(
    both: SideBySide, namespace: str
) -> None:
    both.show(*NAMESPACE, "show", namespace)
    both.show(*NAMESPACE, "list", keep=lambda row: row["namespace"] == OWN)
    both.fail(*NAMESPACE, "create", namespace)
    changed = ("--protected", "--tag", "t")
    both.do(*NAMESPACE, "set", namespace, *DESCRIBED, *changed)
    assert both.show(*NAMESPACE, "show", namespace)["tags"] == [{"name": "t"}]
    both.fail(*NAMESPACE, "delete", namespace)
    both.do(*NAMESPACE, "set", namespace, *DESCRIBED, "--unprotected")
    both.do(*NAMESPACE, "unset", namespace, "--tag", "t")
    both.fail(*NAMESPACE, "unset", namespace, "--tag", "t")
    both.do(*NAMESPACE, "unset", namespace, "--all-tags")
    both.fail(*NAMESPACE, "delete", "nope", namespace)
    both.fail(*NAMESPACE, "show", namespace)


def test_namespaces_are_filtered(both: SideBySide, namespace: str) -> None:
    both.do(*ASSOCIATION, "create", namespace, namespace)
    found = both.show(*NAMESPACE, "list", "--resource-types", namespace)
    assert found == [{"namespace": OWN}]
    types = ("--resource-types", namespace)
    found = both.show(*NAMESPACE, "list", *types, "--visibility", "private")
    assert found == []


def test_objects(both: SideBySide, namespace: str) -> None:
    both.show(*OBJECT, "create", "o", "--namespace", namespace)
    both.fail(*OBJECT, "create", "o", "--namespace", namespace)
    both.show(*OBJECT, "show", namespace, "o")
    both.do(*OBJECT, "update", namespace, "o", "--name", "o2")
    both.show(*OBJECT, "show", namespace, "o2")
    assert both.show(*OBJECT, "list", namespace) == [
        {"name": "o2", "description": None}
    ]
    both.fail(*OBJECT, "property", "show", namespace, "o2", "nope")
    both.fail(*OBJECT, "delete", namespace, "nope", "o2")
    assert both.show(*OBJECT, "list", namespace) == []


def test_a_property_of_an_object(both: SideBySide, namespace: str) -> None:
    schema = '{"properties": {"q": {"title": "Q", "type": "integer", "minimum": 1}}}'
    for side in (both.reference, both.ours):
        argv = (*OBJECT, "create", "o", "--namespace", side.own, "--schema", schema)
        assert both.ours.run(*argv).exit_code == 0
    both.show(*OBJECT, "show", namespace, "o")
    found = both.show(*OBJECT, "property", "show", namespace, "o", "q")
    assert found["minimum"] == 1


def test_properties(both: SideBySide, namespace: str) -> None:
    schema = ("--schema", '{"enum": ["a"], "description": "d", "default": "a"}')
    both.show(*PROPERTY, "create", namespace, "--name", "p", *TYPED, *schema)
    both.fail(*PROPERTY, "create", namespace, "--name", "p", *TYPED, *schema)
    both.show(*PROPERTY, "show", namespace, "p")
    both.do(*PROPERTY, "set", namespace, "p", "--title", "T", "--name", "p2")
    both.do(*PROPERTY, "set", namespace, "p2", "--schema", '{"enum": ["b"]}')
    found = both.show(*PROPERTY, "show", namespace, "p2")
    assert (found["title"], found["enum"], found["default"]) == ("T", ["b"], "a")
    both.fail(*PROPERTY, "set", namespace, "p2", "--schema", "{")
    assert len(both.show(*PROPERTY, "list", namespace)) == 1
    both.fail(*PROPERTY, "delete", namespace, "nope", "p2")
    assert both.show(*PROPERTY, "list", namespace) == []


def test_resource_types(both: SideBySide, namespace: str) -> None:
    target = ("--properties-target", "image")
    both.show(*ASSOCIATION, "create", namespace, "OS::Glance::Image", *target)
    both.fail(*ASSOCIATION, "create", namespace, "OS::Glance::Image")
    both.show(*ASSOCIATION, "list", namespace)
    listed = both.show(*TYPES, "list", keep=lambda row: row["Name"][:4] == "OS::")
    assert {"Name": "OS::Glance::Image"} in listed
    both.do(*NAMESPACE, "set", namespace, *DESCRIBED, "--protected")
    both.fail(*ASSOCIATION, "delete", namespace, "OS::Glance::Image")
    both.do(*ASSOCIATION, "delete", namespace, "OS::Glance::Image", "--force")
    assert both.show(*ASSOCIATION, "list", namespace) == []
    assert both.show(*NAMESPACE, "show", namespace, but=DROPPED)["protected"] is True


VALUE = {"type": "array", "minItems": 1, "uniqueItems": False, "readonly": True}
HELD: dict[str, Any] = {
    "display_name": "D",
    "description": "d",
    "visibility": "public",
    "protected": True,
    "resource_type_associations": [
        {"name": "OS::Glance::Image", "prefix": "own_", "properties_target": "image"}
    ],
    "properties": {"p": {"name": "p", **VALUE, "title": "P", "maximum": 0}},
    "objects": [
        {
            "name": "o",
            "required": ["q"],
            "description": "d",
            "properties": {"q": {**VALUE, "title": "Q", "default": "a"}},
        }
    ],
    "tags": [{"name": "t"}],
}


def test_fields_that_are_not_named_stay_unchanged(
    both: SideBySide, tmp_path: Path
) -> None:
    name = both.ours.own
    path = tmp_path / "namespace.json"
    path.write_text(json.dumps({"namespace": name, **HELD}))

    def run(noun: str, *argv: str) -> str:
        outcome = both.ours.run(*METADEF, *noun.split(), *argv)
        assert outcome.exit_code == 0, outcome.err
        return outcome.out

    both.undo(*NAMESPACE, "delete", OWN, "--force")
    run("namespace import", "--file", str(path))
    assert json.loads(run("namespace export", name)) == {"namespace": OWN, **HELD}
    run("namespace set", name, "--description", "e", "--tag", "u")
    run("property set", name, "p", "--title", "T")
    run("object update", name, "o", "--name", "o2")
    run("tag delete", name, "--force", "t")
    changed = json.loads(run("namespace export", name))
    assert changed == {
        **HELD,
        "namespace": OWN,
        "description": "e",
        "properties": {"p": {**HELD["properties"]["p"], "title": "T"}},
        "objects": [{**HELD["objects"][0], "name": "o2"}],
        "tags": [{"name": "u"}],
    }


@pytest.mark.parametrize(
    "argv",
    [
        (*NAMESPACE, "show", "nope"),
        (*NAMESPACE, "set", "nope", "--description", "d"),
        (*NAMESPACE, "unset", "nope", "--all-tags"),
        (*NAMESPACE, "unset", "nope"),
        (*NAMESPACE, "list", "--visibility", "nope"),
        (*OBJECT, "create", "o", "--namespace", "nope"),
        (*OBJECT, "create", "o"),
        (*OBJECT, "list", "nope"),
        (*OBJECT, "delete", "nope", "o"),
        (*PROPERTY, "create", "nope", "--name", "p", *TYPED, "--schema", "{}"),
        (*PROPERTY, "create", "nope", "--name", "p", *TYPED),
        (*PROPERTY, "set", "nope", "p", "--title", "T"),
        (*ASSOCIATION, "create", "nope", "T"),
        (*ASSOCIATION, "list", "nope"),
        (*ASSOCIATION, "delete", "nope", "T"),
    ],
    ids=lambda argv: " ".join(argv[2:]),
)
def test_both_fail(both: SideBySide, argv: tuple[str, ...]) -> None:
    both.fail(*argv)
