"""``kill -9`` of a server: nothing acknowledged is lost, nothing is left over."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import subprocess
import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from mockserver.blobs.file import FileStore
from mockserver.cli.main import main
from mockserver.cloud import MockCloud
from mockserver.state.folder import FolderInUse
from tests.mock.support.identity_calls import call, sign_in
from tests.mock.support.serving import MOCKSERVER, start
from tests.robustness.sizes import size

OCTETS = {"Content-Type": "application/octet-stream"}
IMAGE = {"disk_format": "raw", "container_format": "bare"}
_PAUSES = Random(27)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, with nothing in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def kill_server() -> None:
    with start("--port", "0") as (process, _):
        process.kill()
        process.wait()


class Client:
    """Changes a cloud until it is killed, and remembers what was acknowledged."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.token = ""
        self.under_way: tuple[str, bytes] | None = None
        self.is_told = threading.Event()
        """Set once something was acknowledged since the server's start."""
        self._numbers = itertools.count()

    def sign_in(self, identity_url: str) -> None:
        user = {"name": "admin", "domain": {"id": "default"}, "password": "secret"}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        body = {"auth": {"identity": identity, "scope": scope}}
        answer = requests.post(f"{identity_url}/v3/auth/tokens", json=body)
        self.token = answer.headers["X-Subject-Token"]

    def work(self, ready: Any) -> None:
        with contextlib.suppress(requests.RequestException):
            if not self.token:
                self.sign_in(ready["identity_url"])
            while True:
                self.add_user(ready["identity_url"])
                self.is_told.set()
                self.add_image(ready["image_url"])

    def add_user(self, url: str) -> None:
        name = f"user-{next(self._numbers)}"
        answer = self.send("POST", f"{url}/v3/users", json={"user": {"name": name}})
        assert answer.status_code == 201
        self.users[answer.json()["user"]["id"]] = name

    def add_image(self, url: str) -> None:
        answer = self.send("POST", f"{url}/v2/images", json=IMAGE)
        assert answer.status_code == 201
        data = _PAUSES.randbytes(300_000)
        self.under_way = answer.json()["id"], data
        self.upload(url)

    def upload(self, url: str) -> None:
        assert self.under_way is not None
        image_id, data = self.under_way
        path = f"{url}/v2/images/{image_id}/file"
        status = self.send("PUT", path, data=data, headers=OCTETS).status_code
        if status == 409:  # it was stored, and only the answer was lost
            assert self.send("GET", path).content == data
        else:
            assert status == 204
        self.digests[image_id] = hashlib.sha512(data).hexdigest()
        self.under_way = None

    def send(self, method: str, url: str, **more: Any) -> requests.Response:
        headers = {"X-Auth-Token": self.token, **more.pop("headers", {})}
        return requests.request(method, url, headers=headers, timeout=60, **more)

    def check(self, ready: Any) -> None:
        """Finish the upload that was under way, and compare all that there is."""
        answer = self.send("GET", f"{ready['identity_url']}/v3/users")
        assert answer.status_code == 200, answer.text
        names = {one["id"]: one["name"] for one in answer.json()["users"]}
        assert self.users.items() <= names.items()
        if self.under_way is not None:
            self.upload(ready["image_url"])
        for image_id, digest in list(self.digests.items())[-5:]:
            url = f"{ready['image_url']}/v2/images/{image_id}"
            assert self.send("GET", url).json()["os_hash_value"] == digest
            data = self.send("GET", f"{url}/file").content
            assert hashlib.sha512(data).hexdigest() == digest


@pytest.mark.fault(27)
def test_a_killed_server_loses_nothing_it_has_told(tmp_path: Path, cases: Any) -> None:
    folder, client, count = tmp_path / "kept", Client(), size(3, 50)
    port = "0"
    for _ in range(count):
        with start("--port", port, "--data-dir", folder) as (process, ready):
            port = ready["image_url"].split(":")[2].partition("/")[0]
            if client.token:
                client.check(ready)
            assert left_over(folder, client) == []
            client.is_told.clear()
            working = threading.Thread(target=client.work, args=[ready])
            working.start()
            assert client.is_told.wait(60)
            working.join(_PAUSES.uniform(0, 0.4))
            process.kill()
            working.join()
    with start("--port", port, "--data-dir", folder) as (_, ready):
        client.check(ready)
        assert left_over(folder, client) == []
    assert client.users
    cases(count)


def left_over(folder: Path, client: Client) -> list[str]:
    files = [one.name for one in folder.rglob("*") if one.is_file()]
    own = ("mock.db", "mock.db-wal", "mock.db-shm")
    return [one for one in files if one not in own and one not in client.digests]


@pytest.mark.fault(27)
def test_temporary_folders_of_killed_servers_go(place: Path) -> None:
    kill_server()
    [left] = place.iterdir()
    with MockCloud() as cloud, MockCloud() as other:
        folders = {cloud.state.directory, other.state.directory}
        assert set(place.iterdir()) == folders
    assert not left.exists()


@pytest.mark.fault(27)
def test_the_clouds_file_of_a_killed_run_goes_with_the_next(
    place: Path, tmp_path: Path
) -> None:
    kept = ["--data-dir", str(tmp_path / "kept")]
    line = [*MOCKSERVER, "run", *kept, "--", "sh", "-c", "echo; read line"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        process.kill()
    assert list(place.iterdir())
    MockCloud().close()
    assert not list(place.iterdir())


@pytest.mark.fault(27)
def test_a_folder_that_somebody_keeps_never_goes(place: Path) -> None:
    kill_server()
    [adopted] = place.iterdir()
    named = place / "mockserver-mydata12"
    for kept in (adopted, named):
        with MockCloud(data_dir=kept):
            pass
    link = place / "mockserver-link4567"
    link.symlink_to(adopted)
    MockCloud().close()
    assert {*place.iterdir()} == {adopted, link, named}
    assert (adopted / "mock.db").exists()


def stop_at(folder: Path, status: str, staged: bytes | None = None) -> str:
    """Leave an image in a folder as a process does that is killed; return its id."""
    cloud = MockCloud(data_dir=folder)
    with cloud.in_process():
        headers = {"X-Auth-Token": sign_in(cloud).headers["X-Subject-Token"]}
        url = f"{cloud.image_url}/v2/images"
        image_id = str(requests.post(url, json=IMAGE, headers=headers).json()["id"])
        if staged is not None:
            stage = f"{url}/{image_id}/stage"
            requests.put(stage, data=staged, headers=headers | OCTETS)
    with cloud.state.database.begin() as db:
        db.exec_driver_sql(
            "UPDATE image SET status = ? WHERE id = ?", (status, image_id)
        )
    store = FileStore(folder / "images")
    store.write(image_id, [b"half of it"])
    (folder / "images" / ".abc").write_bytes(b"part")
    cloud.close()
    return image_id


@pytest.mark.fault(27)
@pytest.mark.parametrize(
    ("status", "staged", "found"),
    [
        ("saving", None, "queued"),
        ("uploading", None, "queued"),
        ("uploading", b"staged", "uploading"),
        ("importing", None, "queued"),
        ("importing", b"staged", "uploading"),
    ],
)
def test_an_image_goes_on_where_a_killed_server_left_it(
    tmp_path: Path, status: str, staged: bytes | None, found: str
) -> None:
    image_id = stop_at(tmp_path, status, staged)
    cloud = MockCloud(data_dir=tmp_path)
    with cloud.in_process(), contextlib.closing(cloud):
        headers = {"X-Auth-Token": sign_in(cloud).headers["X-Subject-Token"]}
        url = f"{cloud.image_url}/v2/images/{image_id}"
        assert requests.get(url, headers=headers).json()["status"] == found
        assert not list((tmp_path / "images").iterdir())
        if found == "queued":
            sent = requests.put(f"{url}/file", data=b"whole", headers=headers | OCTETS)
            assert sent.status_code == 204
        else:
            body = {"method": {"name": "glance-direct"}}
            sent = requests.post(f"{url}/import", json=body, headers=headers)
            assert sent.status_code == 202


@pytest.mark.fault(27)
def test_two_clouds_do_not_share_a_folder(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(MockCloud(data_dir=tmp_path)) as cloud:
        with pytest.raises(FolderInUse):
            MockCloud(data_dir=tmp_path)
        assert main(["serve", "--port", "0", "--data-dir", str(tmp_path)]) == 1
        refused = f"mockserver: {tmp_path} is in use by another mockserver\n"
        assert capfd.readouterr().err == refused
        with cloud.in_process():
            assert call(cloud, "GET", "/users").status_code == 200
    MockCloud(data_dir=tmp_path).close()
