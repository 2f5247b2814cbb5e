"""``--dry-run``: how requests that were not sent are answered to the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from imagectl.http.dry_run import Rehearsal

ROOT = "http://glance/v2/images"


class Stored(BaseAdapter):
    """A service with one image and one user, that fails a test which changes it."""

    documents = {
        f"{ROOT}/1": {"id": "1", "name": "a", "status": "queued"},
        "http://keystone/v3/users/1": {"user": {"id": "1", "name": "u"}},
    }

    def send(self, request: Any, *_: Any, **__: Any) -> requests.Response:
        assert request.method == "GET"
        response = requests.Response()
        document = self.documents.get(request.url)
        response.status_code = 404 if document is None else 200
        response._content = json.dumps(document or {}).encode()
        return response

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def http(told: list[str]) -> requests.Session:
    session = requests.Session()
    session.mount("http://", Rehearsal(Stored(), told.append))
    return session


def test_a_created_resource_can_be_read(http: requests.Session) -> None:
    made = http.post(ROOT, json={"name": "b"}).json()
    assert made == {"id": "new-image", "status": "active", "name": "b"}
    assert http.get(f"{ROOT}/new-image").json() == made
    assert http.get(f"{ROOT}/new-image/members").json() == {}
    assert http.post(ROOT, json={"name": "c"}).json()["id"] == "new-image-1"


def test_a_created_task_has_succeeded_at_once(http: requests.Session) -> None:
    task = http.post("http://glance/v2/tasks", json={"type": "import"}).json()
    assert task["status"] == "success"


def test_a_chosen_id_is_kept(http: requests.Session) -> None:
    http.post(ROOT, json={"id": "mine"})
    assert http.get(f"{ROOT}/mine").json()["id"] == "mine"


def test_a_patch_is_seen_on_top_of_what_is_stored(http: requests.Session) -> None:
    operations = [
        {"op": "replace", "path": "/name", "value": "b"},
        {"op": "add", "path": "/x~1y", "value": "z"},
        {"op": "remove", "path": "/k"},
    ]
    patched = http.patch(f"{ROOT}/1", json=operations).json()
    assert patched == {"id": "1", "name": "b", "status": "queued", "x/y": "z"}
    assert http.get(f"{ROOT}/1").json() == patched


def test_a_wrapped_record_is_patched_within(http: requests.Session) -> None:
    url = "http://keystone/v3/users/1"
    answer = http.patch(url, json={"user": {"email": "e"}})
    assert answer.json() == {"user": {"id": "1", "name": "u", "email": "e"}}


def test_a_change_of_an_unreadable_resource_is_echoed(
    http: requests.Session,
) -> None:
    answer = http.patch("http://keystone/v3/users/9", json={"user": {"name": "n"}})
    assert answer.json() == {"user": {"name": "n"}}


@pytest.mark.parametrize(
    "data", [("PUT", "file"), ("PUT", "stage"), ("POST", "import")]
)
def test_an_image_that_gets_its_data_is_active(
    http: requests.Session, data: tuple[str, str]
) -> None:
    method, last = data
    body = {"json": {"method": {"name": "x"}}} if last == "import" else {"data": b"x"}
    assert http.request(method, f"{ROOT}/1/{last}", **body).ok
    assert http.get(f"{ROOT}/1").json()["status"] == "active"


def test_data_is_told_of_by_its_size_and_not_read(
    http: requests.Session, told: list[str]
) -> None:
    def never() -> Any:
        raise AssertionError("read")
        yield b""

    answer = http.put(f"{ROOT}/1/file", data=never())
    assert answer.status_code == 204
    assert told == [f"PUT {ROOT}/1/file\n<data>\n"]
