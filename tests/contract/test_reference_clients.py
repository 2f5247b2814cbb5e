"""The `openstack` and `glance` commands against the mock."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.make_qcow2 import build_qcow2
from mockserver.cloud import MockCloud
from tests.contract.support.callers import unique
from tests.contract.support.clouds import describe
from tests.contract.support.side_by_side import administrator_variables, find_reference

pytestmark = pytest.mark.reference

Client = Callable[..., str]


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    """A mock cloud, as the variables of its administrator."""
    with MockCloud() as mock:
        yield administrator_variables(describe("tcp", mock))


@pytest.fixture
def client(environ: dict[str, str], home: Path) -> Client:
    def run(name: str, *arguments: str) -> str:
        done = subprocess.run(
            [find_reference(name), *arguments],
            env={**os.environ, **environ, "HOME": str(home)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def qcow2(tmp_path: Path) -> Path:
    path = tmp_path / "disk.qcow2"
    path.write_bytes(build_qcow2(1 << 20))
    return path


def openstack(client: Client, *arguments: str) -> Any:
    return json.loads(client("openstack", *arguments, "-f", "json"))


def test_openstack_moves_an_image_both_ways(
    client: Client, qcow2: Path, tmp_path: Path
) -> None:
    name = unique("image")
    options = ["--disk-format", "qcow2", "--container-format", "bare", "--public"]
    client("openstack", "image", "create", name, "--file", str(qcow2), *options)
    shown = openstack(client, "image", "show", name)
    assert (shown["status"], shown["size"]) == ("active", qcow2.stat().st_size)
    assert (shown["disk_format"], shown["visibility"]) == ("qcow2", "public")
    listed = openstack(client, "image", "list")
    assert {"ID": shown["id"], "Name": name, "Status": "active"} in listed
    saved = tmp_path / "saved"
    client("openstack", "image", "save", name, "--file", str(saved))
    assert saved.read_bytes() == qcow2.read_bytes()
    client("openstack", "image", "delete", name)
    names = [image["Name"] for image in openstack(client, "image", "list")]
    assert name not in names


def test_openstack_changes_an_image(client: Client) -> None:
    image_id = openstack(client, "image", "create", unique("image"))["id"]
    changes = ["--property", "os_distro=cirros", "--tag", "new", "--min-disk", "2"]
    client("openstack", "image", "set", image_id, *changes)
    shown = openstack(client, "image", "show", image_id)
    assert (shown["min_disk"], shown["tags"]) == (2, ["new"])
    assert shown["properties"]["os_distro"] == "cirros"
    client("openstack", "image", "delete", image_id)


def test_openstack_does_the_identity_steps_of_the_guide(client: Client) -> None:
    name = unique("glance")
    user = openstack(client, "user", "create", name, "--password", "pass-word")
    role = ["--project", "service", "--user", name, "admin"]
    client("openstack", "role", "add", *role)
    service = openstack(client, "service", "create", "--name", name, "image")
    endpoint = ["--region", "RegionOne", service["id"], "public", "http://a.b:9292"]
    made = openstack(client, "endpoint", "create", *endpoint)
    users = openstack(client, "user", "list")
    assert {"ID": user["id"], "Name": name} in users
    services = openstack(client, "service", "list")
    assert {"ID": service["id"], "Name": name, "Type": "image"} in services
    endpoints = openstack(client, "endpoint", "list")
    assert made["id"] in [endpoint["ID"] for endpoint in endpoints]
    client("openstack", "endpoint", "delete", made["id"])
    client("openstack", "service", "delete", service["id"])
    client("openstack", "user", "delete", name)


def test_openstack_signs_in_and_reads_the_catalog(client: Client) -> None:
    assert len(openstack(client, "token", "issue")["id"]) > 20
    catalog = openstack(client, "catalog", "list")
    assert {"identity", "image"} <= {service["Type"] for service in catalog}


def test_glance_moves_an_image_both_ways(
    client: Client, qcow2: Path, tmp_path: Path
) -> None:
    name = unique("image")
    options = ["--disk-format", "qcow2", "--container-format", "bare"]
    client("glance", "image-create", "--name", name, "--file", str(qcow2), *options)
    [row] = [
        line for line in client("glance", "image-list").splitlines() if name in line
    ]
    image_id = row.split("|")[1].strip()
    shown = client("glance", "image-show", image_id)
    assert str(qcow2.stat().st_size) in shown
    saved = tmp_path / "saved"
    client("glance", "image-download", image_id, "--file", str(saved))
    assert saved.read_bytes() == qcow2.read_bytes()
    client("glance", "image-update", image_id, "--min-ram", "7")
    client("glance", "image-tag-update", image_id, "new")
    client("glance", "image-delete", image_id)
    assert name not in client("glance", "image-list")


def test_openstack_keeps_definitions(client: Client) -> None:
    name = unique("Reference")
    noun = ["image", "metadef", "namespace"]
    made = openstack(client, *noun, "create", name, "--public", "--description", "d")
    assert (made["namespace"], made["visibility"]) == (name, "public")
    client("openstack", *noun, "set", name, "--display-name", "Shown", "--protected")
    assert openstack(client, *noun, "show", name)["display_name"] == "Shown"
    assert name in [one["namespace"] for one in openstack(client, *noun, "list")]
    schema = json.dumps({"enum": ["a", "b"]})
    typed = ["--title", "P", "--type", "string", "--schema", schema]
    noun[2] = "property"
    client("openstack", *noun, "create", name, "--name", "p", *typed)
    shown = openstack(client, *noun, "show", name, "p")
    assert (shown["title"], shown["enum"]) == ("P", ["a", "b"])
    noun[2] = "object"
    client("openstack", *noun, "create", "o", "--namespace", name)
    assert openstack(client, *noun, "show", name, "o")["name"] == "o"
    noun[2:] = ["resource", "type", "association"]
    client("openstack", *noun, "create", name, "OS::Glance::Image")
    listed = openstack(client, *noun, "list", name)
    assert "OS::Glance::Image" in json.dumps(listed)
    noun[2:] = ["namespace"]
    client("openstack", *noun, "set", name, "--unprotected")
    client("openstack", *noun, "delete", name)


def test_glance_keeps_definitions_and_the_cache(client: Client, qcow2: Path) -> None:
    name = unique("Reference")
    client("glance", "md-namespace-create", name, "--visibility", "public")
    client("glance", "md-tag-create-multiple", name, "--names", "a,b", "--delim", ",")
    assert "| a " in client("glance", "md-tag-list", name)
    assert name in client("glance", "md-namespace-list")
    assert "tags" in client("glance", "md-namespace-show", name)
    client("glance", "md-namespace-delete", name)
    options = ["--disk-format", "qcow2", "--container-format", "bare"]
    shown = client("glance", "image-create", "--file", str(qcow2), *options)
    [row] = [line for line in shown.splitlines() if line.startswith("| id ")]
    image_id = row.split("|")[2].strip()
    client("glance", "cache-queue", image_id)
    assert image_id in client("glance", "cache-list")
    client("glance", "cache-clear")
    assert image_id not in client("glance", "cache-list")
