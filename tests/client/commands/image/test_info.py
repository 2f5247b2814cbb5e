from __future__ import annotations

from mockserver.cloud import MockCloud
from tests.client.support.scripted_glance import ScriptedGlance
from tests.conftest import Run


def test_stores_are_listed_with_the_default_one(run: Run) -> None:
    rows = run("image", "stores", "list", "-f", "json").json
    assert {row["ID"]: row["Default"] for row in rows if row["ID"] != "web"} == {
        "fast": True,
        "slow": None,
    }
    assert list(rows[0]) == ["ID", "Description", "Default"]


def test_details_of_stores_are_listed(run: Run) -> None:
    detail = ("image", "stores", "list", "--detail", "-f", "json")
    rows = run(*detail).json
    assert list(rows[0]) == ["ID", "Description", "Default", "Properties"]
    more = run(*detail, "-c", "ID", "-c", "Type", "-c", "Weight").json
    assert more[0] == {"ID": "fast", "Type": "file", "Weight": 0}


def test_import_methods_are_shown(run: Run) -> None:
    shown = run("image", "import", "info", "-f", "json").json
    assert set(shown["import-methods"]) == {
        "glance-direct",
        "web-download",
        "copy-image",
        "glance-download",
    }
    assert "glance-direct, web-download" in run("image", "import", "info").out


def test_quotas_are_listed(run: Run, run_anonymous: Run) -> None:
    assert run("image", "usage", "list", "-f", "json").json == []
    with ScriptedGlance().serving() as glance:
        glance.record = {"usage": {"image_size_total": {"limit": 1000, "usage": 7}}}
        done = run_anonymous(*glance.options, "image", "usage", "list", "-f", "json")
    assert done.json == [{"Quota": "image_size_total", "Limit": 1000, "Usage": 7}]


def test_a_model_is_explained(run: Run, cloud: MockCloud) -> None:
    rows = run("image", "schema", "show", "image", "-f", "json").json
    size = next(row for row in rows if row["Attribute"] == "size")
    assert size == {
        "Attribute": "size",
        "Type": "null or integer",
        "Description": "Size of image file in bytes",
    }
    run("image", "schema", "show", "metadefs/namespace")
    assert list(cloud.journal)[-1].path.endswith("/schemas/metadefs/namespace")
    assert run("image", "schema", "show", "nope").exit_code == 4


def test_tags_are_added_removed_and_counted(run: Run) -> None:
    for name in ("a", "b"):
        run("image", "create", name, "--tag", "x")
    done = run("image", "tag", "add", "a", "y", "ü/z")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    listed = ("image", "tag", "list", "-f", "json")
    assert run(*listed).json == [
        {"Tag": "x", "Images": 2},
        {"Tag": "y", "Images": 1},
        {"Tag": "ü/z", "Images": 1},
    ]
    done = run("image", "tag", "remove", "a", "no", "ü/z", "y")
    assert done.exit_code == 4
    assert "has no tag 'no'" in done.err
    assert run(*listed).json == [{"Tag": "x", "Images": 2}]
