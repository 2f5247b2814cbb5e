"""``image metadef`` on objects, properties, tags and resource type associations."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.metadefs import SILENT, did, done, names, shown
from tests.conftest import Run

Create = Callable[[Run, str], None]

OBJECT = {
    "description": "d",
    "required": ["q"],
    "properties": {"q": {"title": "Q", "type": "integer", "minimum": 1}},
}
VALUE = {"minLength": 1, "enum": ["a", "b"], "readonly": True, "description": "d"}


@pytest.fixture
def namespace(run: Run) -> str:
    done(run, "namespace create", "ns", "--description", "d")
    return "ns"


def create_object(run: Run, name: str) -> None:
    schema = ("--schema", json.dumps(OBJECT))
    done(run, "object create", name, "--namespace", "ns", *schema)


def create_property(run: Run, name: str) -> None:
    typed = ("--title", "P", "--type", "string", "--schema", json.dumps(VALUE))
    done(run, "property create", "ns", "--name", name, *typed)


def create_tag(run: Run, name: str) -> None:
    done(run, "tag create", "ns", name)


PARTS = [
    pytest.param("object", create_object, id="object"),
    pytest.param("property", create_property, id="property"),
    pytest.param("tag", create_tag, id="tag"),
]


def test_an_object_is_created_with_its_schema(run: Run, namespace: str) -> None:
    create_object(run, "o")
    record = shown(run, "object show", namespace, "o")
    assert list(record) == [
        "created_at",
        "description",
        "name",
        "namespace_name",
        "properties",
        "required",
        "updated_at",
    ]
    assert (record["namespace_name"], record["description"]) == (namespace, "d")
    assert record["properties"] == OBJECT["properties"]
    assert record["required"] == ["q"]


def test_an_object_needs_a_namespace(run: Run) -> None:
    outcome = done(run, "object create", "o")
    assert outcome.exit_code == 2
    assert "--namespace" in outcome.err


def test_renaming_an_object_wipes_nothing(run: Run, namespace: str) -> None:
    create_object(run, "o")
    before = shown(run, "object show", namespace, "o")
    assert did(done(run, "object update", namespace, "o", "--name", "o2")) == SILENT
    after = shown(run, "object show", namespace, "o2")
    assert after == {**before, "name": "o2", "updated_at": after["updated_at"]}


def test_an_update_without_changes_sends_none(
    run: Run, namespace: str, cloud: MockCloud
) -> None:
    create_object(run, "o")
    cloud.journal.clear()
    assert done(run, "object update", namespace, "o").exit_code == 0
    assert "PUT" not in [exchange.method for exchange in cloud.journal]


def test_the_schema_of_an_object_changes_what_it_names(
    run: Run, namespace: str
) -> None:
    create_object(run, "o")
    schema = ("--schema", '{"description": "new"}')
    assert did(done(run, "object update", namespace, "o", *schema)) == SILENT
    record = shown(run, "object show", namespace, "o")
    assert record["description"] == "new"
    assert record["properties"] == OBJECT["properties"]


def test_objects_are_listed_with_their_descriptions(run: Run, namespace: str) -> None:
    create_object(run, "o")
    rows = shown(run, "object list", namespace)
    assert rows == [{"name": "o", "description": "d"}]


def test_a_property_of_an_object_is_shown(run: Run, namespace: str) -> None:
    create_object(run, "o")
    record = shown(run, "object property show", namespace, "o", "q")
    assert record == {"minimum": 1, "name": "q", "title": "Q", "type": "integer"}
    title = ("-f", "value", "-c", "title")
    shown_title = done(run, "object property show", namespace, "o", "q", *title)
    assert shown_title.out == "Q\n"
    outcome = done(run, "object property show", namespace, "o", "nope")
    reason = "imagectl: Property nope not found in object o.\n"
    assert did(outcome) == (4, "", reason)


def test_a_property_is_shown_with_all_that_its_schema_says(
    run: Run, namespace: str
) -> None:
    create_property(run, "p")
    record = shown(run, "property show", namespace, "p")
    assert list(record) == sorted({*VALUE, "name", "title", "type"})
    assert record["minLength"] == 1
    rows = shown(run, "property list", namespace)
    assert rows == [{"name": "p", "title": "P", "type": "string"}]


def test_set_title_of_a_property_wipes_nothing(run: Run, namespace: str) -> None:
    create_property(run, "p")
    before = shown(run, "property show", namespace, "p")
    argv = ("--title", "T", "--name", "p2")
    assert did(done(run, "property set", namespace, "p", *argv)) == SILENT
    after = shown(run, "property show", namespace, "p2")
    assert after == {**before, "title": "T", "name": "p2"}


def test_a_schema_wins_over_the_options_beside_it(run: Run, namespace: str) -> None:
    create_property(run, "p")
    argv = ("--type", "number", "--schema", '{"type": "integer", "enum": ["1"]}')
    assert done(run, "property set", namespace, "p", *argv).exit_code == 0
    record = shown(run, "property show", namespace, "p")
    assert (record["type"], record["enum"]) == ("integer", ["1"])


@pytest.mark.parametrize("schema", ["{", "[]", "1"])
def test_a_schema_is_a_json_object(run: Run, namespace: str, schema: str) -> None:
    typed = ("--name", "p", "--title", "P", "--type", "string", "--schema", schema)
    outcome = done(run, "property create", namespace, *typed)
    assert outcome.exit_code == 2
    assert "argument --schema: not " in outcome.err
    assert names(run, "property", namespace) == set()


def test_a_schema_violation_is_reported_in_one_line(run: Run, namespace: str) -> None:
    typed = ("--name", "p", "--title", "P", "--type", "text", "--schema", "{}")
    outcome = done(run, "property create", namespace, *typed)
    assert outcome.exit_code == 1
    assert "'text' is not one of ['array'," in outcome.err
    assert "Failed validating" not in outcome.err


def test_tags_are_added_to_those_that_are_there(run: Run, namespace: str) -> None:
    made = shown(run, "tag create", namespace, "a", "b", "a")
    assert made == [{"name": "a"}, {"name": "b"}]
    assert done(run, "tag create", namespace, "c", "--append").exit_code == 0
    assert names(run, "tag", namespace) == {"a", "b", "c"}


def test_tags_are_replaced_only_when_told(run: Run, namespace: str) -> None:
    done(run, "tag create", namespace, "a", "b")
    assert done(run, "tag create", namespace, "b", "c", "--replace").exit_code == 0
    assert names(run, "tag", namespace) == {"b", "c"}


def test_a_tag_that_is_there_already_adds_none_of_the_others(
    run: Run, namespace: str
) -> None:
    create_tag(run, "a")
    outcome = done(run, "tag create", namespace, "b", "a")
    assert outcome.exit_code == 5
    assert names(run, "tag", namespace) == {"a"}


def test_a_tag_is_renamed_and_shown(run: Run, namespace: str) -> None:
    create_tag(run, "a")
    assert did(done(run, "tag set", namespace, "a", "--name", "b")) == SILENT
    record = shown(run, "tag show", namespace, "b")
    assert list(record) == ["created_at", "name", "updated_at"]
    assert done(run, "tag show", namespace, "a").exit_code == 4


def test_more_tags_than_a_page_are_all_listed(run: Run, namespace: str) -> None:
    many = [f"t{number}" for number in range(1001)]
    done(run, "tag create", namespace, *many)
    assert names(run, "tag", namespace) == set(many)
    assert len(shown(run, "tag list", namespace, "--limit", "30")) == 30
    first, second = shown(run, "tag list", namespace, "--limit", "2")
    after = shown(run, "tag list", namespace, "--marker", first["name"])
    assert after[0] == second


@pytest.mark.parametrize(("noun", "create"), PARTS)
def test_delete_without_names_deletes_nothing(
    run: Run, namespace: str, noun: str, create: Create
) -> None:
    create(run, "a")
    outcome = done(run, f"{noun} delete", namespace)
    assert outcome.exit_code == 2
    assert "or --all for all of them" in outcome.err
    assert names(run, noun, namespace) == {"a"}


def test_names_may_stand_behind_an_option(run: Run, namespace: str) -> None:
    for name in ("a", "b", "c"):
        create_tag(run, name)
    assert did(done(run, "tag delete", namespace, "--force", "a", "b")) == SILENT
    assert did(done(run, "tag delete", "--force", namespace, "c")) == SILENT
    assert names(run, "tag", namespace) == set()
    outcome = done(run, "tag delete", "--force")
    assert outcome.exit_code == 2
    assert "the following arguments are required: <namespace>" in outcome.err


@pytest.mark.parametrize(("noun", "create"), PARTS)
def test_all_is_deleted_when_told(
    run: Run, namespace: str, noun: str, create: Create
) -> None:
    create(run, "a")
    create(run, "b")
    assert done(run, f"{noun} delete", "--all", namespace, "a").exit_code == 2
    assert did(done(run, f"{noun} delete", namespace, "--all")) == SILENT
    assert names(run, noun, namespace) == set()


@pytest.mark.parametrize(("noun", "create"), PARTS)
def test_one_failed_deletion_stops_no_other_and_is_counted(
    run: Run, namespace: str, noun: str, create: Create
) -> None:
    create(run, "a")
    create(run, "b")
    outcome = done(run, f"{noun} delete", namespace, "a", "nope", "b")
    assert outcome.exit_code == 4
    first, last = outcome.err.splitlines()
    assert "ould not find " in first
    assert "(HTTP 404)" in first
    assert last == "imagectl: 1 of 3 failed"
    assert names(run, noun, namespace) == set()


@pytest.mark.parametrize(("noun", "create"), PARTS)
def test_a_protected_namespace_gives_up_its_parts_only_by_force(
    run: Run, namespace: str, noun: str, create: Create
) -> None:
    create(run, "a")
    create(run, "b")
    done(run, "namespace set", namespace, "--protected")
    before = shown(run, "namespace show", namespace)
    for argv in (("a",), ("--all",)):
        outcome = done(run, f"{noun} delete", namespace, *argv)
        assert outcome.exit_code == 3
        assert "is protected and cannot be deleted. (HTTP 403)" in outcome.err
    assert names(run, noun, namespace) == {"a", "b"}
    assert did(done(run, f"{noun} delete", namespace, "a", "--force")) == SILENT
    assert did(done(run, f"{noun} delete", namespace, "--all", "--force")) == SILENT
    assert names(run, noun, namespace) == set()
    after = shown(run, "namespace show", namespace)
    assert (after["protected"], after["description"]) == (True, before["description"])


def test_resource_types_are_associated_with_a_prefix(run: Run, namespace: str) -> None:
    argv = ("--properties-target", "image", "--properties-prefix", "hw_")
    noun = "resource type association"
    record = shown(run, f"{noun} create", namespace, "T", *argv)
    assert list(record) == [
        "created_at",
        "id",
        "name",
        "prefix",
        "properties_target",
        "updated_at",
    ]
    assert (record["id"], record["prefix"]) == ("T", "hw_")
    assert shown(run, f"{noun} list", namespace) == [{"Name": "T"}]
    assert shown(run, f"{noun} list", namespace, "--long") == [
        {"Name": "T", "Prefix": "hw_", "Properties Target": "image"}
    ]
    assert shown(run, "resource type list") == [{"Name": "T"}]


def test_forced_dissociation_keeps_the_fields_of_the_namespace(
    run: Run, namespace: str
) -> None:
    noun, delete = "resource type association", "resource type association delete"
    for name in ("T", "U"):
        done(run, f"{noun} create", namespace, name)
    done(run, "namespace set", namespace, "--protected", "--public")
    assert done(run, delete, namespace, "T").exit_code == 3
    outcome = done(run, delete, namespace, "T", "nope", "U", "--force")
    assert outcome.exit_code == 4
    assert outcome.err.endswith("imagectl: 1 of 3 failed\n")
    assert names(run, noun, namespace) == set()
    record = shown(run, "namespace show", namespace)
    assert (record["protected"], record["visibility"]) == (True, "public")
    assert record["description"] == "d"


@pytest.mark.parametrize(
    "argv",
    [
        ("namespace show", "nope"),
        ("namespace set", "nope", "--description", "d"),
        ("namespace unset", "nope", "--tag", "t"),
        ("object list", "nope"),
        ("object delete", "nope", "--all", "--force"),
        ("object create", "o", "--namespace", "nope"),
        ("property list", "nope"),
        ("property set", "ns", "nope", "--title", "T"),
        ("property delete", "ns", "nope"),
        ("resource type association delete", "ns", "nope"),
        ("tag list", "nope"),
        ("tag create", "nope", "t"),
        ("tag set", "ns", "nope", "--name", "n"),
        ("resource type association create", "nope", "T"),
        ("resource type association list", "nope"),
    ],
    ids=" ".join,
)
def test_a_missing_resource_is_an_error_with_the_services_reason(
    run: Run, namespace: str, argv: tuple[str, ...]
) -> None:
    outcome = done(run, *argv)
    assert outcome.exit_code == 4
    assert outcome.out == ""
    assert "nope" in outcome.err
    assert "(HTTP 404)" in outcome.err or argv[0].endswith("association delete")


@pytest.mark.fault(4)
def test_a_name_like_an_option_is_a_name(run: Run, namespace: str) -> None:
    for name in ("--all", "--force", "-f"):
        assert did(done(run, "tag delete", "--", namespace, name))[0] == 4
    done(run, "tag create", namespace, "kept", "--", "--all", "-f")
    assert (
        did(done(run, "tag delete", "--force", "--", namespace, "--all", "-f"))
        == SILENT
    )
    assert names(run, "tag", namespace) == {"kept"}


@pytest.mark.fault(4)
def test_glance_is_not_asked_for_another_name(run: Run, namespace: str) -> None:
    done(run, "tag create", namespace, "Ä°")
    for verb in ("show", "delete"):
        outcome = done(run, f"tag {verb}", namespace, "İ")
        assert did(outcome)[0] == 4
    assert names(run, "tag", namespace) == {"Ä°"}
