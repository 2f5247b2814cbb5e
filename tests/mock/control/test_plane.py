"""Reset, snapshots and restore, and seeds added to a running cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from mockserver.cloud import MockCloud
from mockserver.control.snapshots import BadSnapshotName
from mockserver.seeds.document import BadSeed
from tests.mock.support.identity_calls import call, create, sign_in, token_of

IMAGE_ID = "8ae79a20-32f3-4265-8ab8-9ef7a2b2e3d8"
SEED: dict[str, list[dict[str, str]]] = {
    "projects": [{"name": "shop"}],
    "images": [
        {
            "id": IMAGE_ID,
            "name": "seeded",
            "visibility": "public",
            "disk_format": "raw",
            "container_format": "bare",
            "data": "bytes",
        }
    ],
}


@pytest.fixture(params=["file", "memory"])
def cloud(request: pytest.FixtureRequest) -> Iterator[MockCloud]:
    with MockCloud(store=request.param, seed=SEED).in_process() as started:
        yield started
    started.close()


def project_names(cloud: MockCloud) -> set[str]:
    return {one["name"] for one in call(cloud, "GET", "/projects").json()["projects"]}


def image(cloud: MockCloud, method: str, path: str = "") -> requests.Response:
    headers = {"X-Auth-Token": token_of(cloud)}
    url = f"{cloud.image_url}/v2/images/{IMAGE_ID}{path}"
    return requests.request(method, url, headers=headers)


def read_data(cloud: MockCloud) -> bytes:
    return image(cloud, "GET", "/file").content


def test_reset_brings_back_what_was_seeded_under_the_same_ids(cloud: MockCloud) -> None:
    before = call(cloud, "GET", "/projects").json()["projects"]
    create(cloud, "project", name="later")
    image(cloud, "DELETE")
    cloud.reset()
    assert call(cloud, "GET", "/projects").json()["projects"] == before
    assert read_data(cloud) == b"bytes"


def test_reset_ends_tokens_faults_and_the_journal(cloud: MockCloud) -> None:
    token = token_of(cloud)
    cloud.faults.add(status=503)
    cloud.clock.advance(3600)
    cloud.reset()
    assert (len(cloud.faults), len(cloud.journal)) == (0, 0)
    assert call(cloud, "GET", "/users", token=token).status_code == 401


def test_reset_leads_the_catalog_to_where_the_cloud_is_served() -> None:
    with MockCloud() as cloud:
        cloud.reset()
        catalog = sign_in(cloud).json()["token"]["catalog"]
        urls = {e["url"] for service in catalog for e in service["endpoints"]}
        assert urls == {cloud.identity_url + "/v3", cloud.image_url}


def test_reset_lets_the_clock_stand_where_the_seed_says() -> None:
    with MockCloud(seed="documents").in_process() as cloud:
        cloud.clock.thaw()
        cloud.clock.advance(3600)
        cloud.reset()
        token = sign_in(cloud).json()["token"]
        user = create(cloud, "user", name="glance", domain_id=cloud.domain_id)
    assert token["issued_at"] == "2016-06-21T16:07:16.000000Z"
    assert user["id"] == "81712fe752e942fab0750288fb6bb103"


def test_a_kept_cloud_has_its_first_ids_again_after_a_restart(tmp_path: Path) -> None:
    with MockCloud(data_dir=tmp_path) as cloud:
        first = sign_in(cloud).json()["token"]["user"]["id"]
    with MockCloud(data_dir=tmp_path) as cloud:
        create(cloud, "project", name="later")
        cloud.reset()
        assert sign_in(cloud).json()["token"]["user"]["id"] == first
        assert project_names(cloud) == {"admin", "service"}


def test_a_reset_that_fails_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "image.raw"
    file.write_bytes(b"bytes")
    record = {**SEED["images"][0], "file": str(file)}
    del record["data"]
    with MockCloud(seed={"images": [record]}).in_process() as cloud:
        create(cloud, "project", name="later")
        cloud.clock.freeze()
        file.unlink()
        with pytest.raises(BadSeed, match=r"image\.raw"):
            cloud.reset()
        assert "later" in project_names(cloud)
        assert read_data(cloud) == b"bytes"
        assert cloud.clock.is_frozen


def test_a_folder_whose_seed_was_bad_can_be_started_anew(tmp_path: Path) -> None:
    with pytest.raises(BadSeed):
        MockCloud(data_dir=tmp_path, seed={"users": [{}]})
    with MockCloud(data_dir=tmp_path) as cloud:
        assert sign_in(cloud).status_code == 201


def test_restore_brings_back_records_bytes_and_tokens(cloud: MockCloud) -> None:
    token = token_of(cloud)
    cloud.snapshot("before")
    create(cloud, "project", name="later")
    image(cloud, "DELETE")
    cloud.restore("before")
    assert project_names(cloud) == {"admin", "service", "shop"}
    assert read_data(cloud) == b"bytes"
    assert call(cloud, "GET", "/users", token=token).status_code == 200


def test_restore_can_be_done_again_and_after_a_reset(cloud: MockCloud) -> None:
    create(cloud, "project", name="kept")
    cloud.snapshot()
    for change in (cloud.reset, lambda: image(cloud, "DELETE")):
        change()
        cloud.restore()
        assert "kept" in project_names(cloud)
        assert read_data(cloud) == b"bytes"


def test_restore_turns_the_clock_back(cloud: MockCloud) -> None:
    cloud.clock.freeze()
    cloud.snapshot()
    then = cloud.clock.now()
    cloud.clock.advance(86400)
    cloud.restore()
    assert cloud.clock.now() == then


def test_a_snapshot_replaces_the_one_of_its_name(cloud: MockCloud) -> None:
    cloud.snapshot("one")
    create(cloud, "project", name="later")
    cloud.snapshot("one")
    cloud.restore("one")
    assert "later" in project_names(cloud)
    assert list(cloud.plane.snapshots) == ["one"]
    assert len(list(cloud.state.directory.glob(".snapshot-*"))) == 1


def test_an_unknown_snapshot_and_a_bad_name_are_refused(cloud: MockCloud) -> None:
    with pytest.raises(KeyError, match="there is no snapshot 'nope'"):
        cloud.restore("nope")
    with pytest.raises(BadSnapshotName):
        cloud.snapshot("../out")


def test_a_kept_folder_is_left_without_snapshots(tmp_path: Path) -> None:
    with MockCloud(data_dir=tmp_path) as cloud:
        cloud.snapshot()
    assert not list(tmp_path.glob(".snapshot-*"))


def test_seed_adds_to_a_running_cloud(cloud: MockCloud) -> None:
    user = {"name": "mia", "password": "pw", "default_project_id": "shop"}
    role = {"user": "mia", "role": "member", "project": "shop"}
    cloud.seed({"users": [user], "assignments": [role]})
    scope = {"project": {"name": "shop", "domain": {"id": cloud.domain_id}}}
    assert sign_in(cloud, "mia", "pw", scope).status_code == 201


def test_seed_loads_metadata_definitions(cloud: MockCloud) -> None:
    cloud.seed(metadefs="samples")
    url = f"{cloud.image_url}/v2/metadefs/namespaces"
    answer = requests.get(url, headers={"X-Auth-Token": token_of(cloud)})
    assert len(answer.json()["namespaces"]) == 3


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ({"projects": [{"name": "fine"}, {"name": "shop"}]}, "projects"),
        ({"projects": [{"name": "fine"}], "images": SEED["images"]}, IMAGE_ID),
        ({"bootstrap": {"image": False}}, "only a cloud that starts"),
    ],
)
def test_a_seed_that_fails_adds_nothing(
    cloud: MockCloud, seed: dict[str, object], message: str
) -> None:
    with pytest.raises(BadSeed, match=message):
        cloud.seed(seed)
    assert project_names(cloud) == {"admin", "service", "shop"}
    assert read_data(cloud) == b"bytes"


@pytest.mark.parametrize(
    "bad",
    [
        {"base64": "no base64"},
        {"data": "raw", "disk_format": "qcow2", "container_format": "bare"},
        {"id": IMAGE_ID, "data": "again"},
        {"file": "/nowhere.raw"},
    ],
    ids=lambda image: ",".join(image),
)
def test_a_seed_that_fails_leaves_no_bytes(bad: dict[str, str]) -> None:
    with MockCloud() as cloud:
        with pytest.raises(BadSeed, match="the seed's images"):
            cloud.seed({"images": [*SEED["images"], bad]})
        assert not list((cloud.state.directory / "images").glob("*"))


def test_an_image_of_a_seed_may_be_bytes() -> None:
    record = {**SEED["images"][0], "base64": "gIEA"}
    del record["data"]
    with MockCloud(seed={"images": [record]}).in_process() as cloud:
        assert read_data(cloud) == b"\x80\x81\x00"


def test_ids_and_clock_of_a_seed_hold_in_a_running_cloud(cloud: MockCloud) -> None:
    cloud.seed({"clock": "2020-01-01T00:00:00Z", "ids": {"project": ["1" * 32]}})
    assert create(cloud, "project", name="next")["id"] == "1" * 32
    assert json.dumps(sign_in(cloud).json()).count("2020-01-01T00:00:00") == 1
