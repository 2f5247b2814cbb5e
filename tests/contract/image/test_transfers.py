"""``imagectl`` transfers over connections that are cut off."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagectl.api.client import Client
from imagectl.auth.session import Session
from imagectl.config.clouds import CloudConfig
from imagectl.transfer.download import SaveOptions, save
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import open_source
from imagectl.transfer.upload import stage, upload
from tests.contract.conftest import Make
from tests.contract.support.callers import Caller
from tests.contract.support.cutting_door import CuttingDoor

DATA = random.Random(11).randbytes(5 << 20)
FORMATS = {"disk_format": "raw", "container_format": "bare"}


@pytest.fixture
def door(admin: Caller) -> Iterator[CuttingDoor]:
    if admin.cloud.door == "inprocess":
        pytest.skip("there is no connection to break")
    with CuttingDoor(f"{admin.cloud.image_url}/v2").open() as door:
        yield door


@pytest.fixture
def client(admin: Caller, door: CuttingDoor) -> Iterator[Client]:
    auth = {"token": admin.token, "endpoint": door.url}
    config = CloudConfig("admin_token", auth, token_cache=False)
    with contextlib.closing(Session(config, environ={})) as session:
        yield Client(session, "image")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    return path


@pytest.fixture(autouse=True)
def waits() -> None:
    """Here the delays are waited: a real service takes a moment to notice."""


@pytest.mark.parametrize("at", [1_000, 2 << 20, len(DATA) - 10])
def test_an_upload_that_was_cut_off_is_taken_for_the_same_image(
    client: Client, door: CuttingDoor, make_image: Make, data: Path, at: int
) -> None:
    image_id = make_image(**FORMATS)["id"]
    door.cuts = [at]
    with open_source(str(data), None) as source:
        assert source
        stored = upload(client, image_id, source)
    assert (stored["status"], stored["size"]) == ("active", len(DATA))
    assert door.cuts == []


def test_staging_that_was_cut_off_is_begun_again(
    client: Client, door: CuttingDoor, admin: Caller, make_image: Make, data: Path
) -> None:
    image_id = make_image(**FORMATS)["id"]
    door.cuts = [2 << 20]
    with open_source(str(data), None) as source:
        assert source
        assert stage(client, image_id, source).size_bytes == len(DATA)
    staged = admin.image("GET", f"/images/{image_id}").json()
    assert (staged["status"], staged["size"]) == ("uploading", len(DATA))


@pytest.mark.parametrize("connections", [1, 3])
def test_a_download_that_was_cut_off_goes_on(
    client: Client,
    door: CuttingDoor,
    admin: Caller,
    make_image: Make,
    tmp_path: Path,
    connections: int,
) -> None:
    image_id = make_image(**FORMATS)["id"]
    assert admin.upload(image_id, DATA).status_code == 204
    record = admin.image("GET", f"/images/{image_id}").json()
    door.cuts = [1 << 20, 2 << 20]
    target = tmp_path / "saved"
    save(RemoteImage(client, record), target, SaveOptions(connections=connections))
    assert target.read_bytes() == DATA
    assert door.cuts == []
