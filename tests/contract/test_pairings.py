"""A real Glance at the mock's Keystone, and the mock's Glance at a real Keystone."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from mockserver.cloud import MockCloud
from tests.contract.support.answers import (
    UNVERIFIED,
    answer_of,
    glance_error,
    glance_forbidden,
    no_image,
)
from tests.contract.support.callers import Caller, sign_in_admin
from tests.contract.support.clouds import Cloud, describe, read_ready_file
from tests.contract.support.personas import create_persona, remove_persona

pytestmark = pytest.mark.real

SCRIPT = Path(__file__).parent / "support" / "real_services.py"
FORMATS = {"disk_format": "raw", "container_format": "bare"}


def pair(identity: object, image_url: str) -> Cloud:
    """A cloud of one side's Keystone and the other side's Glance."""
    return describe(
        "pair", SimpleNamespace(**{**vars(identity), "image_url": image_url})
    )


@contextlib.contextmanager
def serve_real_glance(identity: Cloud, venv: str, directory: Path) -> Iterator[str]:
    """Run real_services.py for Glance alone; it prints one line when ready."""
    options = ["--venv", venv, "--dir", str(directory)]
    options += ["--identity-url", identity.identity_url]
    options += ["--identity-password", identity.password]
    command = [sys.executable, str(SCRIPT), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, f"Glance did not start: exit code {process.wait()}"
            yield json.loads(line)["image_url"]
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def real_glance_at_mock_keystone(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cloud]:
    directory = tmp_path_factory.mktemp("glance")
    venv = read_ready_file()["venv"]
    with MockCloud() as mock:
        identity = describe("mock", mock)
        with serve_real_glance(identity, venv, directory) as image_url:
            yield pair(identity, image_url)


@pytest.fixture(scope="module")
def mock_glance_at_real_keystone() -> Iterator[Cloud]:
    ready = read_ready_file()
    real = MockCloud(
        identity_url=ready["identity_url"],
        service_username=ready["service_username"],
        service_password=ready["service_password"],
    )
    with real as mock:
        yield pair(describe("real", SimpleNamespace(**ready)), mock.image_url)


@pytest.fixture(
    scope="module",
    params=["real_glance_at_mock_keystone", "mock_glance_at_real_keystone"],
)
def cloud(request: pytest.FixtureRequest) -> Cloud:
    paired: Cloud = request.getfixturevalue(request.param)
    return paired


@pytest.fixture(scope="module")
def admin(cloud: Cloud) -> Caller:
    return sign_in_admin(cloud)


@pytest.fixture(scope="module")
def member(admin: Caller) -> Iterator[Caller]:
    persona = create_persona(admin, "member")
    yield persona
    remove_persona(admin, persona)


def test_an_image_goes_up_and_comes_down(admin: Caller) -> None:
    created = admin.image("POST", "/images", json={"name": "paired", **FORMATS})
    assert created.status_code == 201, created.text
    image = created.json()
    assert image["owner"] == admin.project_id
    assert admin.upload(image["id"], b"data").status_code == 204
    assert admin.download(image["id"]).content == b"data"
    assert admin.image("DELETE", f"/images/{image['id']}").status_code == 204


@pytest.mark.parametrize("token", [None, "bad"])
def test_a_token_of_nobody_is_refused(cloud: Cloud, token: str | None) -> None:
    answer = Caller(cloud, token).image("GET", "/images")
    assert answer_of(answer) == glance_error(401, UNVERIFIED)
    assert answer.headers["WWW-Authenticate"].startswith("Keystone uri=")


def test_a_member_has_the_rights_of_its_roles(admin: Caller, member: Caller) -> None:
    created = member.image("POST", "/images", json={"visibility": "public"})
    assert answer_of(created) == glance_forbidden("publicize_image")
    own = member.image("POST", "/images", json={"name": "mine"}).json()
    assert own["owner"] == member.project_id
    theirs = admin.image("POST", "/images", json={"visibility": "private"}).json()
    hidden = member.image("GET", f"/images/{theirs['id']}")
    assert answer_of(hidden) == no_image(theirs["id"])
    for image in (own, theirs):
        assert admin.image("DELETE", f"/images/{image['id']}").status_code == 204


def test_a_reader_may_not_create(admin: Caller) -> None:
    reader = create_persona(admin, "reader")
    answer = reader.image("POST", "/images", json={"name": "x"})
    assert answer_of(answer) == glance_forbidden("add_image")
    remove_persona(admin, reader)
