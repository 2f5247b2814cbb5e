"""Metadata definitions that a cloud starts with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.cloud import MockCloud
from mockserver.seeds.document import BadSeed
from tests.mock.support.glance_service import Glance

PATH = "/v2/metadefs/namespaces"
DEFINITIONS: dict[str, Any] = {
    "namespace": "Own::Definitions",
    "visibility": "public",
    "properties": {"x": {"title": "X", "type": "boolean", "default": True}},
    "objects": [{"name": "o", "required": ["x"], "properties": {}}],
    "unknown": "is passed over",
}


def open_glance(**options: Any) -> Glance:
    cloud = MockCloud(**options)
    return Glance(cloud)


def names(glance: Glance) -> list[str]:
    listed = glance.ask("GET", f"{PATH}?sort_key=namespace&sort_dir=asc").json
    return [one["namespace"] for one in listed["namespaces"]]


def test_there_are_none_unless_asked_for() -> None:
    assert names(open_glance()) == []


def test_the_samples_come_with_the_mock() -> None:
    glance = open_glance(metadefs="samples")
    assert names(glance) == ["Mock::Build", "Mock::Desktop", "Mock::Placement"]
    path = f"{PATH}/Mock::Placement?resource_type=OS::Nova::Flavor"
    shown = glance.ask("GET", path, by="reader@ops").json
    assert sorted(shown["properties"]) == ["place:room", "place:watts"]
    assert shown["protected"]


def test_a_folder_of_definitions_is_loaded_as_glance_loads_it(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(json.dumps(DEFINITIONS))
    (tmp_path / "README").write_text("not JSON")
    shown = open_glance(metadefs=tmp_path).ask("GET", f"{PATH}/Own::Definitions").json
    assert shown["owner"] == "admin"
    assert shown["properties"]["x"]["default"] == "True"
    assert shown["objects"][0]["required"] == []
    assert "created_at" in shown and "updated_at" not in shown


def test_a_seed_holds_definitions_or_names_their_folder(tmp_path: Path) -> None:
    inline = {"metadefs": [DEFINITIONS, DEFINITIONS]}
    assert names(open_glance(seed=inline)) == ["Own::Definitions"]
    folder = tmp_path / "definitions"
    folder.mkdir()
    (folder / "own.json").write_text(json.dumps(DEFINITIONS))
    (tmp_path / "seed.json").write_text(json.dumps({"metadefs": "definitions"}))
    glance = open_glance(seed=tmp_path / "seed.json", metadefs="samples")
    assert names(glance)[-1] == "Own::Definitions"
    assert len(names(glance)) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there are no JSON files in"),
        ("{", "cannot read the definitions"),
        ("[]", "are not an object"),
        ("{}", "it has no namespace"),
        ('{"namespace": "x", "tags": [{"nope": 1}]}', "x: The server has either erred"),
    ],
)
def test_bad_definitions_are_refused(
    tmp_path: Path, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "bad.json").write_text(text)
    with pytest.raises(BadSeed, match=message):
        MockCloud(metadefs=tmp_path)
