"""``image metadef namespace``: create, set, list, show, delete, export and import."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.metadefs import SILENT, did, done, names, shown
from tests.conftest import Outcome, Run

ROWS = [
    "created_at",
    "description",
    "display_name",
    "namespace",
    "owner",
    "protected",
    "resource_type_associations",
    "tags",
    "updated_at",
    "visibility",
]
DESCRIBED = ("--description", "d", "--display-name", "D", "--public")


def row_names(outcome: Outcome) -> list[str]:
    return [line.split("|")[1].strip() for line in outcome.out.splitlines()[3:-1]]


def sent(cloud: MockCloud) -> list[str]:
    return [e.method for e in cloud.journal if e.service == "image"]


def test_create_shows_the_rows_of_openstack(run: Run) -> None:
    more = ("--tag", "t", "--resource-type", "OS::Glance::Image")
    outcome = done(run, "namespace create", "ns", *DESCRIBED, "--protected", *more)
    assert row_names(outcome) == ROWS
    record = shown(run, "namespace show", "ns")
    assert (record["description"], record["display_name"]) == ("d", "D")
    assert (record["visibility"], record["protected"]) == ("public", True)
    assert record["tags"] == [{"name": "t"}]
    assert record["resource_type_associations"] == ["OS::Glance::Image"]


def test_an_owner_is_a_project_by_name(run: Run) -> None:
    project = run("project", "show", "service", "-f", "json").json["id"]
    made = shown(run, "namespace create", "ns", "--project", "service")
    assert made["owner"] == project


def test_a_namespace_that_is_there_already_is_a_conflict(run: Run) -> None:
    done(run, "namespace create", "ns")
    outcome = done(run, "namespace create", "ns")
    assert outcome.exit_code == 5
    assert "(HTTP 409)" in outcome.err


def test_set_description_wipes_no_other_field(run: Run, cloud: MockCloud) -> None:
    before = shown(run, "namespace create", "ns", *DESCRIBED, "--protected")
    cloud.journal.clear()
    outcome = done(run, "namespace set", "ns", "--description", "new")
    assert did(outcome) == SILENT
    assert sent(cloud) == ["GET", "PUT"]
    after = shown(run, "namespace show", "ns")
    assert after == {
        **before,
        "description": "new",
        "updated_at": after["updated_at"],
    }


def test_set_tag_makes_no_public_namespace_private(run: Run) -> None:
    done(run, "namespace create", "ns", *DESCRIBED)
    assert did(done(run, "namespace set", "ns", "--tag", "a")) == SILENT
    record = shown(run, "namespace show", "ns")
    assert (record["visibility"], record["display_name"]) == ("public", "D")
    assert record["tags"] == [{"name": "a"}]


def test_set_tag_adds_what_is_not_there(run: Run) -> None:
    done(run, "namespace create", "ns", "--tag", "a")
    outcome = done(run, "namespace set", "ns", "--tag", "a", "--tag", "b")
    assert did(outcome) == SILENT
    assert names(run, "tag", "ns") == {"a", "b"}


def test_set_changes_all_that_it_is_told(run: Run) -> None:
    done(run, "namespace create", "ns", *DESCRIBED)
    argv = ("--name", "n2", "--display-name", "", "--private", "--protected")
    assert did(done(run, "namespace set", "ns", *argv)) == SILENT
    record = shown(run, "namespace show", "n2")
    assert (record["description"], record["display_name"]) == ("d", "")
    assert (record["visibility"], record["protected"]) == ("private", True)


@pytest.mark.parametrize(
    ("first", "later", "field", "values"),
    [
        ("--public", "--private", "visibility", ("public", "private")),
        ("--private", "--public", "visibility", ("private", "public")),
        ("--protected", "--unprotected", "protected", (True, False)),
        ("--unprotected", "--protected", "protected", (False, True)),
        ("--display-name=a", "--display-name=b", "display_name", ("a", "b")),
        ("--description=a", "--description=b", "description", ("a", "b")),
    ],
)
def test_set_changes_each_attribute_that_create_gave(
    run: Run, first: str, later: str, field: str, values: tuple[object, object]
) -> None:
    made = shown(run, "namespace create", "ns", first)
    assert did(done(run, "namespace set", "ns", later)) == SILENT
    assert (made[field], shown(run, "namespace show", "ns")[field]) == values


def test_the_owner_of_a_namespace_can_be_changed(run: Run) -> None:
    project = run("project", "show", "service", "-f", "json").json["id"]
    done(run, "namespace create", "ns")
    assert did(done(run, "namespace set", "ns", "--project", "service")) == SILENT
    assert shown(run, "namespace show", "ns")["owner"] == project


def test_set_sends_nothing_when_nothing_changes(run: Run, cloud: MockCloud) -> None:
    done(run, "namespace create", "ns", *DESCRIBED)
    cloud.journal.clear()
    assert done(run, "namespace set", "ns", *DESCRIBED).exit_code == 0
    assert sent(cloud) == ["GET"]


def test_unset_removes_tags_and_goes_on_after_a_missing_one(run: Run) -> None:
    tags = ("--tag", "a", "--tag", "b", "--tag", "c")
    done(run, "namespace create", "ns", *tags)
    outcome = done(run, "namespace unset", "ns", "--tag", "nope", "--tag", "a")
    assert outcome.exit_code == 4
    assert outcome.err.startswith("imagectl: Could not find metadata tag nope")
    assert outcome.err.endswith("imagectl: 1 of 2 failed\n")
    assert names(run, "tag", "ns") == {"b", "c"}
    assert did(done(run, "namespace unset", "ns", "--all-tags")) == SILENT
    assert names(run, "tag", "ns") == set()


def test_unset_must_be_told_what(run: Run) -> None:
    assert done(run, "namespace unset", "ns").exit_code == 2


def test_list_has_the_column_of_openstack_and_more_with_long(run: Run) -> None:
    done(run, "namespace create", "ns", *DESCRIBED)
    assert shown(run, "namespace list") == [{"namespace": "ns"}]
    [long] = shown(run, "namespace list", "--long")
    assert list(long) == [
        "namespace",
        "display_name",
        "description",
        "visibility",
        "protected",
        "owner",
    ]


def test_list_filters_by_visibility_and_resource_types(run: Run) -> None:
    done(run, "namespace create", "a", "--public", "--resource-type", "A")
    done(run, "namespace create", "b", "--resource-type", "B")
    done(run, "namespace create", "c")
    assert names(run, "namespace", "--visibility", "public") == {"a"}
    assert names(run, "namespace", "--resource-types", "A,B") == {"a", "b"}
    types = ("--resource-types", "A", "--resource-types", "B")
    assert names(run, "namespace", *types) == {"a", "b"}
    assert done(run, "namespace list", "--visibility", "x").exit_code == 2


def test_the_limit_of_a_list_is_the_total(run: Run) -> None:
    for name in ("a", "b", "c"):
        done(run, "namespace create", name)
    rows = shown(run, "namespace list", "--limit", "2")
    assert [row["namespace"] for row in rows] == ["c", "b"]
    rows = shown(run, "namespace list", "--marker", "b")
    assert [row["namespace"] for row in rows] == ["a"]


def test_list_asks_for_pages_of_the_given_size(run: Run, cloud: MockCloud) -> None:
    for name in ("a", "b", "c"):
        done(run, "namespace create", name)
    cloud.journal.clear()
    assert names(run, "namespace", "--page-size", "2") == {"a", "b", "c"}
    queries = [e.query for e in cloud.journal if e.service == "image"]
    assert ["limit=2" in query for query in queries] == [True, True]


def test_show_names_what_a_namespace_holds_with_long(run: Run) -> None:
    done(run, "namespace create", "ns")
    done(run, "object create", "o", "--namespace", "ns")
    typed = ("--title", "P", "--type", "string", "--schema", "{}")
    done(run, "property create", "ns", "--name", "p", *typed)
    long = done(run, "namespace show", "ns", "--long")
    assert row_names(long) == sorted([*ROWS, "objects", "properties"])
    assert [line.split("|")[2].strip() for line in long.out.splitlines()[7:10:2]] == [
        "o",
        "p",
    ]
    record = shown(run, "namespace show", "ns")
    assert record["properties"] == {"p": {"name": "p", "title": "P", "type": "string"}}
    assert record["objects"][0]["name"] == "o"


def test_show_puts_a_resource_types_prefix_before_properties(run: Run) -> None:
    done(run, "namespace create", "ns")
    typed = ("--title", "P", "--type", "string", "--schema", "{}")
    done(run, "property create", "ns", "--name", "p", *typed)
    prefix = ("--properties-prefix", "hw_")
    done(run, "resource type association create", "ns", "T", *prefix)
    record = shown(run, "namespace show", "ns", "--resource-type", "T")
    assert list(record["properties"]) == ["hw_p"]


def test_deletion_goes_on_after_a_failure_and_counts_right(run: Run) -> None:
    for name in ("a", "b"):
        done(run, "namespace create", name)
    done(run, "namespace create", "kept", "--protected")
    outcome = done(run, "namespace delete", "a", "nope", "kept", "b")
    assert outcome.exit_code == 1
    lines = outcome.err.splitlines()
    assert "namespace=nope was not found. (HTTP 404)" in lines[0]
    assert "namespace kept is protected and cannot be deleted. (HTTP 403)" in lines[1]
    assert lines[2:] == ["imagectl: 2 of 4 failed"]
    assert names(run, "namespace") == {"kept"}


def test_a_protected_namespace_is_deleted_only_by_force(run: Run) -> None:
    done(run, "namespace create", "ns", "--protected")
    assert done(run, "namespace delete", "ns").exit_code == 3
    assert did(done(run, "namespace delete", "ns", "--force")) == SILENT
    assert names(run, "namespace") == set()


def test_a_failed_forced_deletion_restores_protection(
    run: Run, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mockserver.glance.default_policy import not_authorized
    from mockserver.glance.metadefs import namespaces

    def refuse(*arguments: object) -> None:
        raise not_authorized("delete_metadef_namespace")

    done(run, "namespace create", "ns", "--protected")
    monkeypatch.setattr(namespaces.storage, "remove_namespace", refuse)
    assert done(run, "namespace delete", "ns", "--force").exit_code == 3
    assert shown(run, "namespace show", "ns")["protected"] is True


DOCUMENT: dict[str, Any] = {
    "namespace": "ns",
    "display_name": "D",
    "visibility": "public",
    "protected": False,
    "resource_type_associations": [{"name": "T", "prefix": "t_"}],
    "properties": {"self": {"name": "self", "type": "string", "title": "P"}},
    "objects": [
        {
            "name": "o",
            "required": ["q"],
            "description": "d",
            "properties": {"q": {"type": "integer", "title": "Q", "minimum": 1}},
        }
    ],
    "tags": [{"name": "t"}],
}


def imported(run: Run, path: Path, document: object) -> Outcome:
    path.write_text(json.dumps(document))
    return done(run, "namespace import", "--file", str(path))


def test_an_exported_document_is_imported_unchanged(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ns.json"
    assert imported(run, path, DOCUMENT).exit_code == 0
    exported = done(run, "namespace export", "ns")
    assert exported.json == DOCUMENT
    assert did(done(run, "namespace export", "ns", "--file", str(path))) == SILENT
    assert path.read_text() == exported.out
    done(run, "namespace delete", "ns")
    assert done(run, "namespace import", "--file", str(path)).exit_code == 0
    assert done(run, "namespace export", "ns").out == exported.out


def test_the_output_of_show_can_be_imported(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(run, tmp_path / "ns.json", DOCUMENT)
    before = done(run, "namespace show", "ns", "-f", "json")
    assert before.json["description"] is None
    done(run, "namespace delete", "ns")
    stdin = io.TextIOWrapper(io.BytesIO(before.out.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    after = shown(run, "namespace import")
    kept = ("tags", "properties", "resource_type_associations", "display_name", "owner")
    assert [after[key] for key in kept] == [before.json[key] for key in kept]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "imagectl: The document is not JSON: "),
        ("[1]", "imagectl: The document is not a JSON object.\n"),
    ],
)
def test_a_document_that_is_no_json_object_is_refused(
    run: Run, tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "ns.json"
    path.write_text(content)
    outcome = done(run, "namespace import", "--file", str(path))
    assert outcome.exit_code == 2
    assert outcome.err.startswith(reason)


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "nope.json"
    outcome = done(run, "namespace import", "--file", str(path))
    assert did(outcome) == (1, "", f"imagectl: {path}: No such file or directory\n")


def test_a_document_that_does_not_match_is_refused_in_a_line(
    run: Run, tmp_path: Path
) -> None:
    document = {"namespace": "ns", "objects": [1], "x": 1, "tags": None}
    outcome = imported(run, tmp_path / "ns.json", document)
    assert outcome.exit_code == 1
    assert outcome.err.startswith("imagectl: Provided object does not match schema")
    assert "(HTTP 400)" in outcome.err[:200]
    assert names(run, "namespace") == set()
