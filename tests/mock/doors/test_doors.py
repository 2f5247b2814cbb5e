"""TCP on one or two ports, in-process and WSGI: how a mock cloud is reached."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
import requests

from mockserver.cloud import MockCloud
from mockserver.doors.listener import CannotListen
from mockserver.wsgi import serve
from tests.mock.support.identity_calls import call, sign_in


@pytest.fixture
def closing() -> Iterator[MockCloud]:
    cloud = MockCloud()
    yield cloud
    cloud.close()


def urls_in_catalog(cloud: MockCloud) -> dict[str, str]:
    catalog = sign_in(cloud).json()["token"]["catalog"]
    return {
        service["type"]: endpoint["url"]
        for service in catalog
        for endpoint in service["endpoints"]
    }


def test_one_port_has_both_services_behind_it() -> None:
    with MockCloud() as cloud:
        assert cloud.identity_url.endswith("/identity")
        assert cloud.image_url == cloud.identity_url.replace("/identity", "/image")
        assert urls_in_catalog(cloud) == {
            "identity": cloud.identity_url + "/v3",
            "image": cloud.image_url,
        }
        assert requests.get(f"{cloud.image_url}/v2/images").status_code == 401


def test_two_ports_have_a_service_each(closing: MockCloud) -> None:
    closing.listen(ports=(0, 0))
    answer = requests.get(f"{closing.identity_url}/v3")
    assert answer.json()["version"]["links"][0]["href"] == (
        f"{closing.identity_url}/v3/"
    )
    assert requests.get(closing.image_url).status_code == 300
    assert closing.identity_url != closing.image_url


def test_the_root_of_one_port_points_to_the_services() -> None:
    with MockCloud() as cloud:
        answer = requests.get(cloud.identity_url.removesuffix("/identity"))
    assert answer.status_code == 404
    assert answer.json() == {"identity": "/identity", "image": "/image"}


@pytest.mark.fault(29)
def test_links_follow_the_host_that_was_asked_for() -> None:
    with MockCloud() as cloud:
        answer = requests.get(
            f"{cloud.identity_url}/v3", headers={"Host": "controller:80"}
        )
    link = answer.json()["version"]["links"][0]["href"]
    assert link == "http://controller/identity/v3/"


@pytest.mark.fault(29)
def test_a_public_url_stands_in_links_and_catalog() -> None:
    with MockCloud(public_url="https://cloud.example.org/") as cloud:
        assert cloud.identity_url == "https://cloud.example.org/identity"
        [listener] = cloud._server._listeners  # type: ignore[union-attr]
        host, port = listener.bind_addr[:2]
        answer = requests.get(f"http://{host}:{port}/identity/v3")
    link = answer.json()["version"]["links"][0]["href"]
    assert link == "https://cloud.example.org/identity/v3/"


@pytest.mark.fault(29)
@pytest.mark.parametrize(
    ("public_url", "before", "after"),
    [
        ("http://cloud.example.org", "http://cloud.example.org", ""),
        ("https://cloud.example.org:8443", "https://cloud.example.org", ""),
        ("http://[::1]", "http://[::1]", ""),
        ("http://[::1]:80/", "http://[::1]", ""),
        ("http://cloud.example.org/path", "http://cloud.example.org", "/path"),
    ],
)
def test_a_public_url_with_two_ports_has_each(
    public_url: str, before: str, after: str
) -> None:
    with contextlib.closing(MockCloud(public_url=public_url)) as cloud:
        cloud.listen(ports=(0, 0))
        listeners = cloud._server._listeners  # type: ignore[union-attr]
        urls = [f"{before}:{one.bind_addr[1]}{after}" for one in listeners]
        assert [cloud.identity_url, cloud.image_url] == urls


def test_a_port_in_use_is_refused_in_one_line(closing: MockCloud) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen) as refused:
            closing.listen(ports=(port,))
    assert str(refused.value) == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use"
    )


def test_clouds_side_by_side_know_nothing_of_each_other() -> None:
    with MockCloud() as one, MockCloud() as other:
        body = {"region": {"id": "mine"}}
        assert call(one, "POST", "/regions", body).status_code == 201
        assert call(other, "GET", "/regions/mine").status_code == 404


def test_in_process_refuses_calls_to_other_hosts() -> None:
    with MockCloud().in_process(), pytest.raises(requests.ConnectionError):
        requests.get("http://elsewhere.example.org/")


def test_in_process_answers_at_the_documents_addresses() -> None:
    with MockCloud().in_process() as cloud:
        assert cloud.identity_url == "http://controller:5000"
        assert requests.get("http://controller:5000").status_code == 300
        assert requests.get("http://controller:9292").status_code == 300


def test_a_cloud_leaves_nothing_behind() -> None:
    with MockCloud() as cloud:
        folder = cloud.state.directory
        assert (folder / "mock.db").exists()
    assert not folder.exists()


def test_the_wsgi_door_serves_both_services() -> None:
    environ: dict[str, Any] = {"PATH_INFO": "/identity/v3", "SERVER_PORT": "8000"}
    setup_testing_defaults(environ)
    statuses: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        statuses.append(status)

    application = serve(public_url="http://127.0.0.1:8000")
    body = b"".join(application(environ, start_response))
    assert b"http://127.0.0.1:8000/identity/v3/" in body
    assert statuses == ["200 OK"]
