"""Fixtures of contract tests: the cloud by every door, callers, and resources."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.support.callers import Caller, sign_in_admin, unique
from tests.contract.support.clouds import DOORS, READY_FILE_VARIABLE, Cloud, open_real
from tests.contract.support.personas import create, create_persona, remove_persona
from tests.contract.support.recording import FOLDER_VARIABLE, Recording
from tests.contract.support.side_by_side import SideBySide, open_side_by_side

Make = Callable[..., dict[str, Any]]


def pytest_configure(config: pytest.Config) -> None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder and os.environ.get(READY_FILE_VARIABLE):
        process = os.environ.get("PYTEST_XDIST_WORKER", "main")
        config.pluginmanager.register(Recording(Path(folder), process))


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if os.environ.get(READY_FILE_VARIABLE):
        return
    left_out = [item for item in items if item.get_closest_marker("real")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(
    scope="module",
    params=["tcp", "inprocess", pytest.param("real", marks=pytest.mark.real)],
)
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with DOORS[request.param]() as opened:
        yield opened


@pytest.fixture(scope="module")
def nobody(cloud: Cloud) -> Caller:
    return Caller(cloud)


@pytest.fixture(scope="module")
def admin(cloud: Cloud) -> Caller:
    return sign_in_admin(cloud)


def lend_persona(admin: Caller, role_name: str) -> Iterator[Caller]:
    persona = create_persona(admin, role_name)
    yield persona
    remove_persona(admin, persona)


@pytest.fixture(scope="module")
def member(admin: Caller) -> Iterator[Caller]:
    yield from lend_persona(admin, "member")


@pytest.fixture(scope="module")
def outsider(admin: Caller) -> Iterator[Caller]:
    """A member of another project than `member`."""
    yield from lend_persona(admin, "member")


@pytest.fixture(scope="module")
def reader(admin: Caller) -> Iterator[Caller]:
    yield from lend_persona(admin, "reader")


@pytest.fixture
def make(admin: Caller) -> Iterator[Make]:
    """Create an Identity resource, which is deleted after the test."""
    made: list[str] = []

    def make_resource(noun: str, **values: Any) -> dict[str, Any]:
        body = create(admin, noun, **values)
        made.append(f"/{noun}s/{body['id']}")
        return body

    yield make_resource
    for path in reversed(made):
        if path.startswith("/domains/"):
            admin.identity("PATCH", path, json={"domain": {"enabled": False}})
        admin.identity("DELETE", path)


@pytest.fixture
def make_image(admin: Caller) -> Iterator[Make]:
    """Create an image record, as the administrator or as the caller `by`."""
    made: list[str] = []

    def make_record(by: Caller | None = None, **values: Any) -> dict[str, Any]:
        answer = (by or admin).image("POST", "/images", json=values)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        made.append(body["id"])
        return body

    yield make_record
    for image_id in made:
        if admin.image("DELETE", f"/images/{image_id}").status_code == 403:
            unprotect = {"op": "replace", "path": "/protected", "value": False}
            admin.patch_image(image_id, unprotect)
            admin.image("DELETE", f"/images/{image_id}")


@pytest.fixture
def make_namespace(admin: Caller) -> Iterator[Make]:
    """Create a namespace of metadata definitions under a unique name."""
    made: list[dict[str, Any]] = []

    def make_definitions(**values: Any) -> dict[str, Any]:
        named = {"namespace": unique("Contract"), **values}
        answer = admin.image("POST", "/metadefs/namespaces", json=named)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        made.append(body)
        return body

    yield make_definitions
    for body in made:
        path = f"/metadefs/namespaces/{body['namespace']}"
        unprotected = {"namespace": body["namespace"], "protected": False}
        admin.image("PUT", path, json=unprotected)
        admin.image("DELETE", path)


@pytest.fixture(scope="session")
def kept_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory in which programs run as processes cache their tokens."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def both(
    kept_home: Path, record_property: Callable[[str, object], None]
) -> Iterator[SideBySide]:
    """`openstack` and `imagectl` on the real cloud, for tests marked ``real``."""
    with open_real() as real:
        opened = open_side_by_side(real, kept_home, record_property)
    yield opened
    opened.close()
