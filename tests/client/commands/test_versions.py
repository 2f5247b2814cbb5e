"""``versions show``: versions of every service, and filters."""

from __future__ import annotations

from mockserver.cloud import MockCloud
from tests.conftest import Run

SHOW = ("versions", "show", "-f", "json")


def test_every_version_of_every_service_is_shown(cloud: MockCloud, run: Run) -> None:
    rows = run(*SHOW).json
    assert list(rows[0]) == [
        "Region Name",
        "Service Type",
        "Version",
        "Status",
        "Endpoint",
        "Min Microversion",
        "Max Microversion",
    ]
    keystone = [row for row in rows if row["Service Type"] == "identity"]
    assert [(row["Version"], row["Status"]) for row in keystone] == [
        ("3.14", "CURRENT")
    ]
    glance = [row["Version"] for row in rows if row["Service Type"] == "image"]
    assert glance == sorted(glance, key=lambda v: [int(n) for n in v.split(".")])
    assert glance[0] == "2.0"
    assert all(row["Endpoint"].startswith("http://127.0.0.1") for row in rows)


def test_status_and_service_filter(run: Run) -> None:
    rows = run(*SHOW, "--status", "current", "--service", "image").json
    assert [(row["Service Type"], row["Status"]) for row in rows] == [
        ("image", "CURRENT")
    ]


def test_interfaces_and_regions_are_chosen(run: Run) -> None:
    public = run(*SHOW).json
    assert run(*SHOW, "--interface", "admin").json == public
    assert len(run(*SHOW, "--all-interfaces").json) == 3 * len(public)
    assert run(*SHOW, "--region-name", "Nowhere").json == []
