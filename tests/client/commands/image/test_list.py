"""``image list``: filters, pages, columns and sorting."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from mockserver.storage.images import Image, insert_images
from tests.conftest import Run

NOW = "2026-01-01T00:00:00Z"


def insert(cloud: MockCloud, images: Sequence[Image]) -> None:
    with cloud.state.database.begin() as db:
        insert_images(db, images)


def many(count: int, **attributes: object) -> list[Image]:
    return [
        Image(
            **{
                "id": f"00000000-0000-4000-8000-{number:012}",
                "created_at": NOW,
                "updated_at": NOW,
                "visibility": "public",
                "name": f"image-{number:05}",
                "status": "active",
                **attributes,
            }
        )
        for number in range(count)
    ]


def pages(cloud: MockCloud) -> int:
    return sum(e.method == "GET" and e.path.endswith("/images") for e in cloud.journal)


def listed(run: Run, *argv: str) -> list[str]:
    rows = run("image", "list", *argv, "-f", "json").json
    return [row["Name"] for row in rows]


class Watched(io.StringIO):
    """A standard output that notes how many pages were fetched before each row."""

    def __init__(self, cloud: MockCloud) -> None:
        super().__init__()
        self.cloud = cloud
        self.pages_before: list[int] = []

    def write(self, text: str) -> int:
        self.pages_before += [pages(self.cloud)] * ("image-" in text)
        return super().write(text)


@pytest.mark.parametrize("form", ["value", "csv", "jsonl"])
def test_a_listing_is_shown_page_by_page(
    credentials: object,
    cloud: MockCloud,
    form: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from imagectl.shell import main

    insert(cloud, many(2500))
    watched = Watched(cloud)
    monkeypatch.setattr(sys, "stdout", watched)
    assert main(["image", "list", "-f", form]) == 0
    assert watched.pages_before == [1] * 1000 + [2] * 1000 + [3] * 500


def test_the_limit_is_the_total(run: Run, cloud: MockCloud) -> None:
    insert(cloud, many(1500))
    assert len(listed(run, "--limit", "1200")) == 1200
    assert pages(cloud) == 2
    assert len(listed(run, "--max-items", "3")) == 3
    assert listed(run, "--limit", "0") == []


def test_the_marker_is_a_name_or_an_id(run: Run, cloud: MockCloud) -> None:
    images = many(4)
    insert(cloud, images)
    rest = ["image-00002", "image-00003"]
    assert listed(run, "--marker", "image-00001") == rest
    assert listed(run, "--marker", images[1].id) == rest


def test_every_tag_is_asked_for_on_every_page(run: Run, cloud: MockCloud) -> None:
    insert(cloud, many(2200, tags=["a", "b"]))
    insert(cloud, [Image("99999999-0000-4000-8000-000000000000", NOW, NOW, tags=["a"])])
    assert len(listed(run, "--tag", "a", "--tag", "b")) == 2200
    queries = [e.query for e in cloud.journal if e.path.endswith("/images")]
    assert len(queries) == 3
    assert all("tag=a&tag=b" in query for query in queries)


def test_properties_are_filtered_by_the_service(run: Run, cloud: MockCloud) -> None:
    deb, rpm = many(2)
    deb.properties = {"os_distro": "debian", "arch": "arm"}
    rpm.properties = {"os_distro": "fedora", "arch": "arm"}
    insert(cloud, [deb, rpm])
    asked = ("--property", "os_distro=debian", "--property", "arch=arm")
    assert listed(run, *asked) == [deb.name]
    assert "os_distro=debian" in list(cloud.journal)[-1].query


def test_sorting_is_by_several_keys_and_by_value(run: Run, cloud: MockCloud) -> None:
    images = many(3)
    for image, size in zip(images, (9, 10, 9), strict=True):
        image.size = size
    insert(cloud, images)
    assert listed(run, "--sort", "size:desc,name") == [
        "image-00001",
        "image-00000",
        "image-00002",
    ]
    assert listed(run) == ["image-00000", "image-00001", "image-00002"]
    refused = run("image", "list", "--sort", "colour")
    assert (refused.exit_code, refused.out) == (1, "")
    assert "colour" in refused.err


@pytest.mark.parametrize(
    ("argv", "changes"),
    [
        (("--community",), {"visibility": "community"}),
        (("--status", "deactivated"), {"status": "deactivated"}),
        (("--hidden",), {"os_hidden": True}),
        (("--name", "other"), {"name": "other"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_filter_leaves_out_the_others(
    run: Run, cloud: MockCloud, argv: tuple[str, ...], changes: dict[str, object]
) -> None:
    wanted, other = many(2)
    for key, value in changes.items():
        setattr(wanted, key, value)
    insert(cloud, [wanted, other])
    assert listed(run, *argv) == [wanted.name]


def test_a_project_is_found_by_name(run: Run, cloud: MockCloud) -> None:
    mine, other = many(2)
    mine.owner = run("project", "show", "service", "-f", "json").json["id"]
    insert(cloud, [mine, other])
    assert listed(run, "--project", "service") == [mine.name]
    assert run("image", "list", "--project", "nobody").exit_code == 4


def test_long_has_the_reference_columns(run: Run, cloud: MockCloud) -> None:
    insert(cloud, many(1, size=7, tags=["t"], owner="me", disk_format="raw"))
    (row,) = run("image", "list", "--long", "-f", "json").json
    assert list(row) == [
        "ID",
        "Name",
        "Disk Format",
        "Container Format",
        "Size",
        "Checksum",
        "Status",
        "Visibility",
        "Protected",
        "Project",
        "Hash Algorithm",
        "Hash Value",
        "Tags",
    ]
    assert (row["Size"], row["Tags"], row["Project"]) == (7, ["t"], "me")


def test_json_lines_are_objects(run: Run, cloud: MockCloud) -> None:
    insert(cloud, many(2))
    lines = run("image", "list", "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["Name"] for line in lines] == [
        "image-00000",
        "image-00001",
    ]


def test_a_pattern_finds_what_the_service_cannot(run: Run, cloud: MockCloud) -> None:
    images = many(4)
    for image, name in zip(
        images, ("cirros-1", "cirros[2]", "a", "CIRROS"), strict=True
    ):
        image.name = name
    insert(cloud, images)
    assert listed(run, "--name", "cirros*") == ["cirros-1", "cirros[2]"]
    assert listed(run, "--name", "cirros[?]") == ["cirros[2]"]
    assert listed(run, "--name", "cirros*", "--limit", "1") == ["cirros-1"]
    assert listed(run, "--name", "cirros[2]") == ["cirros[2]"]
    assert "name=cirros%5B2%5D" in list(cloud.journal)[-1].query


def test_pages_are_as_large_as_is_asked_for(run: Run, cloud: MockCloud) -> None:
    insert(cloud, many(7))
    assert len(listed(run, "--page-size", "3")) == 7
    assert pages(cloud) == 3


def test_sizes_are_listed_for_people(run: Run, cloud: MockCloud) -> None:
    insert(cloud, many(1, size=13_287_936))
    size = ("image", "list", "--long", "-c", "Size", "-f", "value")
    assert run(*size).out == "13287936\n"
    assert run(*size, "--human").out == "13.3M\n"


def test_every_attribute_is_a_column_for_who_names_it(
    run: Run, cloud: MockCloud
) -> None:
    insert(cloud, many(1, min_disk=3))
    columns = ("--column", "Name", "-c", "Min Disk", "-c", "created_at")
    (row,) = run("image", "list", *columns, "-f", "json").json
    assert row == {"Name": "image-00000", "Min Disk": 3, "Created At": NOW}


def test_the_stores_of_images_are_listed(run: Run, qcow2: Path) -> None:
    for store in ("slow", "fast"):
        run("image", "create", store, "--file", qcow2, "--store", store)
    listed = run(
        "image", "list", "--column", "Name", "--column", "Stores", "-f", "json"
    )
    assert {row["Name"]: row["Stores"] for row in listed.json} == {
        "slow": "slow",
        "fast": "fast",
    }


def test_images_are_found_by_their_hashes(run: Run, cloud: MockCloud) -> None:
    one, other = many(2)
    one.checksum, one.os_hash_value = "1" * 32, "2" * 128
    insert(cloud, [one, other])
    assert listed(run, "--checksum", "1" * 32) == [one.name]
    assert listed(run, "--hash", "2" * 128) == [one.name]


def test_an_unknown_project_is_no_blank_error_line(run: Run) -> None:
    done = run("image", "list", "--project", "nobody")
    assert (done.exit_code, done.err) == (4, "imagectl: No Project found for nobody\n")


@pytest.mark.fault(16)
def test_pages_that_are_too_long_are_asked_for_in_parts(
    run: Run, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(cloud, many(40))
    monkeypatch.setattr("imagectl.http.bodies.MAX_BYTES", 20_000)
    assert len(listed(run)) == 40
    assert len(listed(run, "--limit", "30")) == 30
    monkeypatch.setattr("imagectl.http.bodies.MAX_BYTES", 500)
    done = run("image", "list")
    assert (done.exit_code, "more than" in done.err) == (6, True)
