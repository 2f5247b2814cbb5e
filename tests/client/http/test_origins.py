"""What is secret goes to one origin: scheme, host and port."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from imagectl.auth.session import Session
from imagectl.config.clouds import CloudConfig
from imagectl.errors import ServiceError
from imagectl.http.transport import _refuse_other_origin
from imagectl.http.urls import have_same_origin
from tests.client.support.auth_server import (
    Answer,
    Asked,
    Scripted,
    serve,
    token_answer,
)

SECRETS = ("x-auth-token", "x-subject-token", "authorization", "cookie", "x-own")


@contextlib.contextmanager
def two_servers(answer: Answer) -> Iterator[tuple[Scripted, Scripted]]:
    """Serve ``answer`` where LOCATION leads to another port of the same host."""
    with serve(lambda asked: Answer(200, {})) as other:
        place = {
            name: text.replace("OTHER", other.url)
            for name, text in answer.headers.items()
        }
        with serve(lambda asked: Answer(answer.status, answer.body, place)) as first:
            yield first, other


@pytest.mark.fault(20)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_secret_to_another_port(status: int) -> None:
    moved = Answer(status, "", {"Location": "OTHER/v2/images"})
    with two_servers(moved) as (first, other):
        session = Session(CloudConfig("admin_token", {"token": "t", "endpoint": "e"}))
        sent = dict.fromkeys(SECRETS, "secret")
        session.request("GET", f"{first.url}/v2/images", headers=sent)
        (arrived,) = other.asked
    assert not {*SECRETS} & arrived.headers.keys()
    assert "secret" not in str(arrived)


@pytest.mark.fault(20)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", ["", "/v3"])
def test_a_sign_in_goes_to_no_other_port(status: int, path: str) -> None:
    moved = Answer(status, "", {"Location": "OTHER/v3/auth/tokens"})
    with two_servers(moved) as (first, other):
        config = _password(f"{first.url}{path}")
        with pytest.raises(ServiceError, match="another origin"):
            _ = Session(config).token
        assert other.asked == []


@pytest.mark.fault(20)
def test_a_version_document_leads_no_sign_in_elsewhere() -> None:
    with serve(lambda asked: token_answer("http://h")) as other:

        def answer(asked: Asked) -> Answer:
            links = [{"rel": "self", "href": f"{other.url}/v3/"}]
            version = {"id": "v3.14", "status": "stable", "links": links}
            return Answer(300, {"versions": {"values": [version]}})

        with serve(answer) as first, pytest.raises(ServiceError):
            _ = Session(_password(first.url)).token
        assert not [asked for asked in other.asked if asked.method == "POST"]


def _password(url: str) -> CloudConfig:
    auth = {"auth_url": url, "username": "u", "password": "hush", "user_domain_id": "d"}
    return CloudConfig("password", auth, token_cache=False)


@pytest.mark.fault(20)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://h/v3", "http://h/v3"),
        ("http://h/v3", "https://h/v3"),
        ("https://h/v3", "https://h:5000/v3"),
        ("http://h:80/", "https://h:443/"),
        ("https://h", "https://h.evil"),
        ("https://h", "https://h@evil/"),
        ("https://h", "//h"),
        ("https://h", "https://[::1"),
        ("https://h", "https://h:99999999"),
        ("https://h", "file:///h"),
    ],
)
def test_another_scheme_host_or_port_is_another_origin(one: str, other: str) -> None:
    assert not have_same_origin(one, other)
    if "[::1" not in other:
        with pytest.raises(ServiceError):
            _refuse_other_origin(one, other)


@pytest.mark.fault(20)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://h/v3", "https://h:443/other"),
        ("http://H/", "http://h:80"),
        ("http://u@h/", "http://h"),
    ],
)
def test_the_usual_port_may_be_left_out(one: str, other: str) -> None:
    assert have_same_origin(one, other)
