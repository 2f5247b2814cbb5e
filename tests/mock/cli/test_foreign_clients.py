"""Foreign clients in ``run`` and ``env``, where everything leads to another cloud."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from mockserver.cli.environment import describe
from mockserver.cli.ready_file import write_ready_file
from mockserver.cloud import MockCloud
from tests.contract.support.libraries.driving import find_python

pytestmark = [pytest.mark.reference, pytest.mark.fault(1)]

READ_NAMES = """
import json, pathlib, re
import glanceclient, keystoneauth1.loading, keystoneclient, openstack
import openstackclient, osc_lib
names = {"OS_" + option.dest.upper()
         for loader in keystoneauth1.loading.get_available_plugin_loaders().values()
         for option in loader.get_options()}
for package in (glanceclient, keystoneclient, openstack, openstackclient, osc_lib):
    for file in pathlib.Path(package.__file__).parent.rglob("*.py"):
        if "tests" not in file.parts:
            names |= set(re.findall(r"\\bOS_[A-Z][A-Z_]*[A-Z]\\b", file.read_text()))
print(json.dumps(sorted(names)))
"""
"""Prints every ``OS_*`` in the sources of openstacksdk and of the clients."""

SDK = """
import openstack, sys
config = openstack.config.OpenStackConfig()
clouds = [openstack.connection.Connection(config=one) for one in config.get_all()]
clouds += [openstack.connect(cloud=name) for name in (None, *sys.argv[1:])]
for cloud in clouds:
    assert list(cloud.image.images()) == []
    assert [one.name for one in cloud.identity.domains()] == ["Default"]
"""
"""What Ansible does too: its modules connect, its inventory takes every cloud."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")


class Trap:
    """A server on loopback that stands for another cloud, and for a proxy to it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v3"
        self.visits: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            with visitor:
                self.visits.append(visitor.recv(200))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    opened = Trap()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def python() -> str:
    found = find_python()
    if found is None:
        pytest.skip("no python in IMAGECTL_REFERENCE_BIN")
    return found


@pytest.fixture(scope="module")
def names(python: str) -> list[str]:
    done = subprocess.run([python, "-c", READ_NAMES], capture_output=True, check=True)
    read: list[str] = json.loads(done.stdout)
    assert {"OS_CLOUD", "OS_ENDPOINT", "OS_TOKEN", "OS_PROJECT_NAME"} <= {*read}
    return read


def write_files(folder: Path, url: str) -> None:
    """Write cloud files, in which every cloud is the other one."""
    folder.mkdir(parents=True, exist_ok=True)
    auth = {"auth_url": url, "username": "root", "password": "precious"}
    prod = {"auth": auth, "region_name": "prod", "image_endpoint_override": url}
    for stem, key in (
        ("clouds", "clouds"),
        ("secure", "clouds"),
        ("clouds-public", "public-clouds"),
    ):
        known = ("prod", "mock", "envvars", "default")
        text = yaml.safe_dump(
            {key: dict.fromkeys(known[: 2 if key == "clouds" else 4], prod)}
        )
        (folder / f"{stem}.yaml").write_text(text)


@pytest.fixture
def hostile(
    trap: Trap,
    names: list[str],
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """An environment, a home and a working folder that lead to the trap."""
    places = [tmp_path / "work", home / ".config/openstack", tmp_path / "xdg/openstack"]
    for folder in (*places, tmp_path / "snap/.config/openstack"):
        write_files(folder, trap.url)
    monkeypatch.chdir(tmp_path / "work")
    (home / ".netrc").write_text("default login root password precious\n")
    (home / ".netrc").chmod(0o600)
    variables = dict.fromkeys(names, trap.url)
    for kind, stem in (
        ("CONFIG", "clouds"),
        ("SECURE", "secure"),
        ("VENDOR", "clouds-public"),
    ):
        variables[f"OS_CLIENT_{kind}_FILE"] = str(tmp_path / "work" / f"{stem}.yaml")
    variables |= {
        "OS_CLOUD": "prod",
        "OS_AUTH_TYPE": "v3token",
        "OS_CLOUD_NAME": "prod",
    }
    for name in PROXIES:
        variables[name] = variables[name.upper()] = trap.url.removesuffix("/v3")
    variables["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    variables["SNAP_REAL_HOME"] = str(tmp_path / "snap")
    return {**os.environ, **variables, "HOME": str(home)}


def clients(python: str) -> list[list[str]]:
    folder = Path(python).parent
    openstack, glance = str(folder / "openstack"), str(folder / "glance")
    return [
        [python, "-c", SDK],
        [python, "-c", SDK, "mock"],
        [openstack, "image", "list"],
        [openstack, "--os-cloud", "mock", "project", "list"],
        [glance, "image-list"],
        [sys.executable, "-m", "imagectl", "image", "list"],
        [sys.executable, "-m", "imagectl", "--os-cloud", "mock", "project", "list"],
    ]


Try = Callable[..., None]


@pytest.fixture
def attempt(trap: Trap, hostile: dict[str, str], cases: Callable[[int], None]) -> Try:
    """Run a command in the hostile environment; it must work and miss the trap."""

    def run(*command: str) -> None:
        done = subprocess.run(command, env=hostile, capture_output=True, text=True)
        assert (done.returncode, trap.visits) == (0, []), (command, done.stderr)
        cases(len(hostile))

    return run


def test_the_trap_catches_what_is_not_inside(
    trap: Trap, hostile: dict[str, str], python: str
) -> None:
    caller = {name: hostile[name] for name in ("PATH", "HOME", "OS_CLOUD")}
    command = [str(Path(python).with_name("openstack")), "image", "list"]
    done = subprocess.run(command, env=caller, capture_output=True)
    assert done.returncode != 0
    assert trap.visits


def test_a_run_hides_every_other_cloud_from_clients(attempt: Try, python: str) -> None:
    for command in clients(python):
        attempt(sys.executable, "-m", "mockserver", "run", "--", *command)


def test_a_sourced_env_hides_every_other_cloud_from_clients(
    attempt: Try, python: str, tmp_path: Path
) -> None:
    script = 'eval "$("$0" -m mockserver env --ready-file "$1")"; shift; exec "$@"'
    with MockCloud() as cloud:
        ready = tmp_path / "ready.json"
        write_ready_file(ready, describe(cloud))
        for command in clients(python):
            if "mock" not in command:  # env writes no clouds.yaml
                attempt("sh", "-euc", script, sys.executable, str(ready), *command)
