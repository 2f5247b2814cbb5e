"""``image copy``, ``sync`` and ``audit`` between real services and the mock."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.cloud import MockCloud
from tests.conftest import Run
from tests.contract.support.callers import unique
from tests.contract.support.clouds import Cloud, open_real

DATA = os.urandom(3 << 20) + b"end"
SAME = (
    "name",
    "size",
    "checksum",
    "os_hash_value",
    "disk_format",
    "container_format",
    "min_disk",
    "min_ram",
    "visibility",
    "protected",
    "tags",
)

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def real() -> Iterator[Cloud]:
    with open_real() as cloud:
        yield cloud


@pytest.fixture
def run(run_anonymous: Run, real: Cloud, home: Path) -> Iterator[Run]:
    """Run command lines with the clouds ``real`` and ``mock`` in clouds.yaml."""
    path = home / ".config/openstack/clouds.yaml"
    path.parent.mkdir(parents=True)
    with MockCloud() as mock:
        clouds = {"real": entry(real), "mock": entry(mock)}
        path.write_text(json.dumps({"clouds": clouds}))
        yield run_anonymous


def entry(cloud: Any) -> dict[str, Any]:
    auth = {
        "auth_url": f"{cloud.identity_url}/v3",
        "username": cloud.username,
        "password": cloud.password,
        "project_name": cloud.project_name,
    }
    return {"auth": auth, "region_name": cloud.region_name}


@pytest.fixture
def name(run: Run) -> Iterator[str]:
    """A name of its own, of which no image stays behind."""
    made = unique("Copied")
    yield made
    argv = ("--os-cloud", "real", "image", "list", "-f", "json")
    for hidden in ((), ("--hidden",)):
        for image in run(*argv, *hidden).json:
            if image["Name"].startswith(made):
                run("--os-cloud", "real", "image", "set", "--unprotected", image["ID"])
                run("--os-cloud", "real", "image", "delete", image["ID"])


def show(run: Run, cloud: str, name: str) -> dict[str, Any]:
    shown = run("--os-cloud", cloud, "image", "show", name, "-f", "json")
    assert shown.exit_code == 0, shown.err
    return dict(shown.json)


@pytest.mark.parametrize("here", ["real", "mock"])
def test_an_image_is_copied_between_real_services_and_the_mock(
    run: Run, tmp_path: Path, name: str, here: str
) -> None:
    there = "mock" if here == "real" else "real"
    source = tmp_path / "data"
    source.write_bytes(DATA)
    options = ("--public", "--protected", "--min-ram", "64", "--tag", "t")
    create = ("image", "create", name, "--file", source, *options)
    made = run("--os-cloud", here, *create, "--property", "os_distro=debian")
    assert made.exit_code == 0, made.err
    copy = (
        "--os-cloud",
        here,
        "image",
        "copy",
        name,
        "--to-cloud",
        there,
        "-f",
        "json",
    )
    done = run(*copy)
    assert (done.exit_code, done.err) == (0, "")
    assert done.json[0]["Result"] == "copied"
    before, after = show(run, here, name), show(run, there, name)
    assert {key: after[key] for key in SAME} == {key: before[key] for key in SAME}
    assert after["properties"]["os_distro"] == "debian"
    assert after["os_hash_value"] == hashlib.sha512(DATA).hexdigest()
    assert run(*copy).json[0]["Result"] == "exists"
    audited = run("--os-cloud", there, "image", "audit", name, "-f", "json")
    assert (audited.exit_code, audited.json[0]["Verdict"]) == (0, "ok")


def test_members_follow_by_the_names_of_their_projects(
    run: Run, real: Cloud, name: str
) -> None:
    """Between two Keystones, each with a project of that name."""
    ids = {
        cloud: run("--os-cloud", cloud, "project", "create", name, "-fjson").json["id"]
        for cloud in ("mock", "real")
    }
    try:
        raw = ("--disk-format", "raw", "--file", __file__)
        run("--os-cloud", "mock", "image", "create", name, *raw)
        image = show(run, "mock", name)
        mock_url = run("--os-cloud", "mock", "catalog", "show", "image", "-fjson").json
        members(run, "mock", mock_url["endpoints"][0]["url"], image, ids["mock"])
        argv = ("image", "copy", name, "--to-cloud", "real", "--members", "-fjson")
        done = run("--os-cloud", "mock", *argv)
        assert (done.exit_code, done.err) == (0, "")
        copy = show(run, "real", name)
        assert members(run, "real", real.image_url, copy) == [ids["real"]]
    finally:
        run("--os-cloud", "real", "project", "delete", name)


def members(
    run: Run, cloud: str, url: str, image: dict[str, Any], added: str | None = None
) -> list[str]:
    """Return the projects that an image is shared with, after one is added."""
    token = run("--os-cloud", cloud, "token", "issue", "-f", "value", "-c", "id").out
    path = f"{url}/v2/images/{image['id']}/members"
    headers = {"X-Auth-Token": token.strip()}
    if added:
        body = {"member": added}
        requests.post(path, json=body, headers=headers).raise_for_status()
    answer = requests.get(path, headers=headers).json()
    return [member["member_id"] for member in answer["members"]]


def test_damage_is_found_in_a_real_store_behind_its_cache(
    run: Run, tmp_path: Path, name: str
) -> None:
    (tmp_path / "data").write_bytes(DATA)
    run("--os-cloud", "real", "image", "create", name, "--file", tmp_path / "data")
    location = show(run, "real", name)["locations"][0]["url"]
    stored = Path(location.removeprefix("file://"))
    if not stored.exists():
        pytest.skip("the real store is on another machine")
    audit = ("--os-cloud", "real", "image", "audit", name, "-f", "json")
    run("--os-cloud", "real", "image", "save", name, "--file", tmp_path / "cached")
    assert run(*audit).json[0]["Verdict"] == "ok"
    damages = {"wrong data": DATA[:-1] + b"?", "cut short": DATA[:9999]}
    for verdict, damaged in damages.items():
        stored.write_bytes(damaged)
        done = run(*audit)
        assert (done.exit_code, done.json[0]["Verdict"]) == (7, verdict)


def test_a_declaration_is_followed_by_a_real_service(
    run: Run, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a").write_bytes(DATA)
    (tmp_path / "b").write_bytes(DATA[::-1])
    path = tmp_path / "images.yaml"

    def sync(file: str, *options: str) -> list[tuple[str, str]]:
        entry = (
            f"{{name: {name}, file: {file}, version: {file}, disk_format: raw,"
            " protected: true, tags: [t], properties: {os_version: 24.10}}"
        )
        entries = f"\n  - {entry}" if file else " []"
        path.write_text(f"collection: {name}\nimages:{entries}\n")
        argv = ("image", "sync", path, "-f", "json", *options)
        done = run("--os-cloud", "real", *argv)
        assert done.exit_code == 0, done.err
        return [(row["Action"], row["Name"]) for row in done.json]

    assert sync("a") == [("create", name)]
    assert sync("a") == [("keep", name)]
    rotated = f"{name} (a)"
    assert sync("b") == [("create", name), ("rotate", rotated), ("publish", name)]
    assert sync("b") == [("keep", rotated), ("keep", name)]
    assert show(run, "real", rotated)["os_hidden"]
    assert sync("", "--prune=hide") == [("hide", name), ("keep", rotated)]
    assert sync("", "--prune") == [("delete", name), ("delete", rotated)]
    assert sync("") == []
