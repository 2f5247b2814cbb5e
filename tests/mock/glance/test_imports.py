"""Import tasks in the mock: locks, expiry, and images deleted meanwhile."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from mockserver.glance.tasks.import_locks import LOCK
from mockserver.storage.images import find_image, save_image
from tests.mock.support.glance_service import Glance, reason

RAW = {"disk_format": "raw", "container_format": "bare"}
OCTETS = "application/octet-stream"
HOUR_S = 3600


@pytest.fixture
def glance() -> Iterator[Glance]:
    cloud = MockCloud(allow_web_download=["127.0.0.1"])
    yield Glance(cloud)
    cloud.close()


def stage(glance: Glance) -> str:
    image_id = glance.create(**RAW)
    path = f"/v2/images/{image_id}/stage"
    assert glance.ask("PUT", path, b"data", Content_Type=OCTETS).status_code == 204
    return image_id


def begin(glance: Glance, image_id: str, **method: str) -> int:
    body = {"method": method or {"name": "glance-direct"}}
    return glance.ask("POST", f"/v2/images/{image_id}/import", body).status_code


def lock(glance: Glance, image_id: str, task_id: str) -> None:
    with glance.cloud.state.database.begin() as db:
        image = find_image(db, image_id)
        assert image is not None
        image.properties[LOCK] = task_id
        save_image(db, image)


def finish(glance: Glance, image_id: str) -> str:
    while LOCK in glance.show(image_id):
        pass
    return str(glance.show(image_id)["status"])


@pytest.fixture
def stalled() -> Iterator[str]:
    """A web server that takes requests and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"


def test_two_tasks_never_work_on_one_image(glance: Glance, stalled: str) -> None:
    image_id = stage(glance)
    other = glance.create(**RAW)
    assert begin(glance, other, name="web-download", uri=stalled) == 202
    [task] = glance.ask("GET", f"/v2/images/{other}/tasks").json["tasks"]
    lock(glance, image_id, task["id"])
    answer = glance.ask(
        "POST", f"/v2/images/{image_id}/import", {"method": {"name": "glance-direct"}}
    )
    assert (answer.status_code, reason(answer)) == (409, "Image has active task")


def test_a_lock_without_its_task_is_broken(glance: Glance) -> None:
    image_id = stage(glance)
    lock(glance, image_id, "gone")
    assert begin(glance, image_id) == 202
    assert finish(glance, image_id) == "active"


def test_the_lock_of_a_task_without_news_is_broken(
    glance: Glance, stalled: str
) -> None:
    image_id, other = stage(glance), glance.create(**RAW)
    begin(glance, other, name="web-download", uri=stalled)
    [task] = glance.ask("GET", f"/v2/images/{other}/tasks").json["tasks"]
    lock(glance, image_id, task["id"])
    while glance.show(other)["status"] != "importing":
        pass
    glance.cloud.clock.advance(HOUR_S)
    assert begin(glance, image_id) == 202
    assert finish(glance, image_id) == "active"
    old = glance.ask("GET", f"/v2/tasks/{task['id']}").json
    assert (old["status"], old["message"]) == ("failure", "Expired lock preempted")


def test_tasks_are_forgotten_after_two_days(glance: Glance) -> None:
    image_id = stage(glance)
    begin(glance, image_id)
    finish(glance, image_id)
    glance.cloud.clock.advance(47 * HOUR_S)
    assert len(glance.ask("GET", "/v2/tasks").json["tasks"]) == 1
    glance.cloud.clock.advance(2 * HOUR_S)
    assert glance.ask("GET", "/v2/tasks").json["tasks"] == []
    assert glance.ask("GET", f"/v2/images/{image_id}/tasks").json["tasks"] == []


def test_an_image_deleted_while_it_comes_leaves_nothing(tmp_path: Path) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            asked.set()
            go_on.wait(10)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ndata")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        cloud = MockCloud(allow_web_download=["127.0.0.1"], data_dir=tmp_path)
        glance = Glance(cloud)
        image_id = glance.create(**RAW)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        begin(glance, image_id, name="web-download", uri=url)
        assert asked.wait(10)
        assert glance.ask("DELETE", f"/v2/images/{image_id}").status_code == 204
        go_on.set()
        cloud.close()
        server.join()
    assert not list(tmp_path.glob("images/*"))
    assert not list(tmp_path.glob("staging/*"))
