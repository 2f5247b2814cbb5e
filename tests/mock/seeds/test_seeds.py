"""Seeds: those that come with the mock, files, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.cloud import MockCloud
from mockserver.seeds import checks, insert
from mockserver.seeds.document import NOUNS, BadSeed
from tests.mock.support.identity_calls import call, create, sign_in, token_of

DOMAIN_ID = "011fbf8c04f1479ab1a4e49b019b22d1"
SERVICE_ID = "d15d7716542f4c0ca128796b33a76eed"


def test_the_documents_cloud_gives_the_documents_ids() -> None:
    with MockCloud(seed="documents").in_process() as cloud:
        user = create(cloud, "user", name="glance", domain_id=DOMAIN_ID)
        service = create(cloud, "service", name="glance", type="image")
        url = "http://controller.jmilk.com:9292"
        endpoints = [
            create(
                cloud,
                "endpoint",
                service_id=service["id"],
                interface=interface,
                url=url,
                region_id="RegionOne",
            )["id"]
            for interface in ("public", "internal", "admin")
        ]
        # scripted ids are used up: the next one is random again
        another = create(cloud, "user", name="other", domain_id=DOMAIN_ID)
    assert user["id"] == "81712fe752e942fab0750288fb6bb103"
    assert service["id"] == SERVICE_ID
    assert endpoints == [
        "357e08b29f7f4a56a05877cf760b79f4",
        "c46bab42157942f0a77562bdfb73a25f",
        "e71b8c296f4442ccab8966ca6ec99da8",
    ]
    assert len(another["id"]) == 32


def test_the_documents_cloud_has_its_domain_and_projects() -> None:
    with MockCloud(seed="documents").in_process() as cloud:
        token = sign_in(cloud).json()["token"]
        services = call(cloud, "GET", "/services").json()["services"]
    assert token["user"]["domain"] == {"id": DOMAIN_ID, "name": "default"}
    assert token["project"]["id"] == "6c04f1d3ecd04aafb427f4f8d01be534"
    assert token["issued_at"] == "2016-06-21T16:07:16.000000Z"
    assert [service["type"] for service in services] == ["identity"]


def test_a_bare_cloud_has_no_image_service_in_its_catalog() -> None:
    with MockCloud(seed="bare").in_process() as cloud:
        catalog = sign_in(cloud).json()["token"]["catalog"]
    assert [service["type"] for service in catalog] == ["identity"]


def test_a_seed_of_ones_own_is_a_file(tmp_path: Path) -> None:
    seed = {
        "domains": [{"id": "d" * 32, "name": "acme"}],
        "projects": [{"name": "rockets", "domain_id": "acme", "tags": ["fast"]}],
        "roles": [{"name": "pilot"}],
        "users": [{"name": "eve", "domain_id": "acme", "password": "pw"}],
        "services": [{"name": "cinder", "type": "volume"}],
        "endpoints": [
            {"service_id": "volume", "interface": "public", "url": "http://volume"}
        ],
        "assignments": [
            {"user": "eve", "role": "pilot", "project": "rockets"},
            {"user": "eve", "role": "reader", "system": True},
            {"user": "eve", "role": "member", "domain": "acme", "inherited": True},
        ],
    }
    path = tmp_path / "acme.json"
    path.write_text(json.dumps(seed))
    with MockCloud(seed=path).in_process() as cloud:
        cloud.state.domain_id = "d" * 32
        scope = {"project": {"name": "rockets", "domain": {"name": "acme"}}}
        token = sign_in(cloud, "eve", "pw", scope).json()["token"]
        system = sign_in(cloud, "eve", "pw", {"system": {"all": True}}).json()["token"]
    assert {role["name"] for role in token["roles"]} == {"pilot", "member", "reader"}
    assert [role["name"] for role in system["roles"]] == ["reader"]
    assert "volume" in [service["type"] for service in token["catalog"]]


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ("nowhere", "cannot read the seed nowhere: No such file or directory"),
        ({"user": []}, "the seed has unknown keys: user"),
        ({"clock": "noon"}, "Invalid isoformat string: 'noon'"),
        ({"clock": 7}, "the seed: clock is not an ISO 8601 time: 7"),
        ({"bootstrap": {"colour": 1}}, "bootstrap has no colour; it has domain_id, "),
        ({"bootstrap": []}, "the seed: bootstrap is not an object: []"),
        ({"addresses": {"image": 7}}, "the address of image is not text: 7"),
        ({"ids": {"user": "a"}}, "the seed: ids is not a list: 'a'"),
        ({"users": "admin"}, "the seed: users is not a list: 'admin'"),
        (
            {"assignments": [{"user": "nobody", "role": "reader"}]},
            "the seed names a user that is not there: nobody",
        ),
        ({"users": [{"name": "admin"}]}, "Duplicate entry found with name admin"),
        (
            {"groups": [{"name": "ops", "users": [["admin"]]}]},
            "the seed names a user that is not there: ['admin']",
        ),
        (
            {"roles": [{"name": "pilot"}, {"name": "pilot"}]},
            "the seed's roles: {'name': 'pilot'}: UNIQUE constraint failed: role.",
        ),
        (
            {"users": [{"name": "\ud800"}]},
            "the seed's users: {'name': '\\ud800'}: 'utf-8' codec can't encode",
        ),
    ],
)
def test_a_seed_that_cannot_be_says_why(seed: Any, message: str) -> None:
    with pytest.raises(BadSeed) as refused:
        MockCloud(seed=seed)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("noun", "record", "reason"),
    [
        ("users", 7, "it is no object"),
        ("users", [["name", "eve"]], "it is no object"),
        ("projects", {}, "it has no name"),
        ("regions", {"description": "x"}, "it has no id"),
        ("services", {"name": "x"}, "it has no type"),
        ("endpoints", {"service_id": "identity"}, "it has no interface"),
        ("assignments", {"user": "admin"}, "it has no role"),
        ("assignments", {"role": "admin"}, "it has neither a user nor a group"),
        ("metadefs", {}, "it has no namespace"),
        ("users", {"name": 7}, "name: 7 is no string"),
        ("users", {"name": "eve", "password": 7}, "password: 7 is no string"),
        ("projects", {"name": "a", "tags": "b"}, "tags: 'b' is no array"),
        ("projects", {"name": "a", "options": []}, "options: [] is no object"),
        ("groups", {"name": "a", "users": "b"}, "users: 'b' is no array"),
        ("services", {"type": "a", "enabled": "no"}, "enabled: 'no' is no boolean"),
        ("images", {"size": True}, "size: True is no integer"),
        ("images", {"tags": None}, "tags: null is no array"),
        ("images", {"tags": [7]}, "tags: 7 is no string"),
        ("images", {"created_at": "noon"}, "created_at: Unable to parse date string"),
        ("images", {"id": "../a"}, "id: '../a' has a slash or begins with a dot"),
        ("images", {"file": 7}, "file: 7 is no string"),
        (
            "images",
            {"base64": "é"},
            "base64: string argument should contain only ASCII",
        ),
        ("images", {"locations": [{"url": "a"}]}, "metadata: None is no object"),
        ("images", {"my_property": None}, "my_property: None is no string"),
        ("metadefs", {"namespace": "a", "tags": 7}, "tags: 7 is no array"),
        ("metadefs", {"namespace": "a", "objects": [7]}, "objects: 7 is no object"),
    ],
)
def test_a_record_that_cannot_be_inserted_says_why(
    noun: str, record: Any, reason: str
) -> None:
    with pytest.raises(BadSeed) as refused:
        MockCloud(seed={noun: [record]})
    assert str(refused.value).startswith(f"the seed's {noun}: {record}: {reason}")


def test_a_mistake_of_the_mock_is_not_blamed_on_the_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(insert, "add_user", fail)
    with pytest.raises(KeyError, match="a bug"):
        MockCloud(seed={"users": [{"name": "eve"}]})


def test_every_kind_of_record_is_checked_and_inserted() -> None:
    assert tuple(checks.REQUIRED) == NOUNS
    assert set(checks.RESOURCES) == set(NOUNS) - {"assignments", "metadefs"}


def test_a_seed_that_is_not_json_says_so(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text("{")
    with pytest.raises(BadSeed, match="is not JSON"):
        MockCloud(seed=path)


def test_a_kept_folder_is_seeded_once(tmp_path: Path) -> None:
    seed = {"users": [{"name": "eve", "password": "first"}]}
    for _ in range(2):
        with MockCloud(data_dir=tmp_path, seed=seed).in_process() as cloud:
            users = call(cloud, "GET", "/users?name=eve").json()["users"]
            cloud.close()
        assert len(users) == 1


def test_images_of_a_seed_are_there_to_list() -> None:
    image = {"name": "tiny", "visibility": "public", "owner": "admin", "data": "bytes"}
    formats = {"disk_format": "raw", "container_format": "bare"}
    with MockCloud(seed={"images": [{**image, **formats}]}) as cloud:
        import requests

        headers = {"X-Auth-Token": token_of(cloud)}
        [listed] = requests.get(f"{cloud.image_url}/v2/images", headers=headers).json()[
            "images"
        ]
        data = requests.get(
            f"{cloud.image_url}{listed['file']}", headers=headers
        ).content
    assert (listed["name"], listed["status"], listed["size"]) == ("tiny", "active", 5)
    assert data == b"bytes"


def test_a_seed_whose_image_file_is_missing_says_which(tmp_path: Path) -> None:
    image = {"name": "lost", "file": "lost.img", "disk_format": "raw"}
    with pytest.raises(BadSeed, match=r"lost\.img"):
        MockCloud(seed={"images": [image]})


def test_a_seed_may_have_groups_with_users_and_roles() -> None:
    seed = {
        "users": [{"name": "mia", "password": "pw"}],
        "groups": [{"name": "ops", "users": ["mia"]}],
        "assignments": [{"group": "ops", "role": "member", "project": "service"}],
    }
    with MockCloud(seed=seed).in_process() as cloud:
        scope = {"project": {"name": "service", "domain": {"id": cloud.domain_id}}}
        answer = sign_in(cloud, "mia", "pw", scope)
        groups = call(cloud, "GET", "/groups").json()["groups"]
    roles = {role["name"] for role in answer.json()["token"]["roles"]}
    assert roles == {"member", "reader"}
    assert [group["name"] for group in groups] == ["ops"]
