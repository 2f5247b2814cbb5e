"""``--data-dir``: what a cloud keeps from one start to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from mockserver.storage import facts
from mockserver.storage.database import UnknownSchema
from mockserver.storage.tables import POLICIES
from tests.mock.support.identity_calls import call, create, sign_in, token_of, validate


def test_a_restart_keeps_records_and_tokens(tmp_path: Path) -> None:
    with MockCloud(data_dir=tmp_path) as cloud:
        user = create(cloud, "user", name="kept", password="pw")
        token = token_of(cloud)
    with MockCloud(data_dir=tmp_path) as cloud:
        assert call(cloud, "GET", f"/users/{user['id']}", token=token).json()
        assert validate(cloud, token).status_code == 200


def test_a_restart_moves_the_catalog_to_the_new_address(tmp_path: Path) -> None:
    with MockCloud(data_dir=tmp_path) as cloud:
        old = cloud.image_url
    with MockCloud(data_dir=tmp_path) as cloud:
        catalog = sign_in(cloud).json()["token"]["catalog"]
        urls = {e["url"] for service in catalog for e in service["endpoints"]}
        assert urls == {cloud.identity_url + "/v3", cloud.image_url}
        assert old not in urls or old == cloud.image_url


def test_a_restart_can_change_the_administrators_password(
    tmp_path: Path,
) -> None:
    with MockCloud(data_dir=tmp_path) as cloud:
        assert sign_in(cloud, password="secret").status_code == 201
    with MockCloud(data_dir=tmp_path, admin_password="other") as cloud:
        assert sign_in(cloud, password="secret").status_code == 401
        assert sign_in(cloud, password="other").status_code == 201


def test_the_database_holds_neither_tokens_nor_passwords(tmp_path: Path) -> None:
    with MockCloud(data_dir=tmp_path, admin_password="hidden-pass") as cloud:
        token = token_of(cloud)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("mock.db*"))
    assert token.encode() not in kept
    assert b"hidden-pass" not in kept


def test_a_kept_database_gets_the_tables_it_lacks(tmp_path: Path) -> None:
    cloud = MockCloud(data_dir=tmp_path)
    with cloud.state.database.begin() as db:
        POLICIES.drop(db)
    cloud.close()
    with MockCloud(data_dir=tmp_path) as cloud:
        assert call(cloud, "GET", "/policies").json()["policies"] == []


def test_nobody_else_can_read_the_database(tmp_path: Path) -> None:
    with MockCloud(data_dir=tmp_path):
        for path in tmp_path.glob("mock.db*"):
            assert path.stat().st_mode & 0o777 == 0o600


def test_another_versions_database_is_refused(tmp_path: Path) -> None:
    cloud = MockCloud(data_dir=tmp_path)
    with cloud.state.database.begin() as db:
        facts.remember(db, schema_version="0")
    cloud.close()
    with pytest.raises(UnknownSchema, match="another version of mockserver"):
        MockCloud(data_dir=tmp_path)
