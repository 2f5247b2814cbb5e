"""Fetching from other hosts: only those that the settings allow."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from mockserver.glance.data.fetching import (
    FetchFailed,
    NotThere,
    Refused,
    check_address,
    fetch,
    size_of,
)
from tests.contract.support.elsewhere import DATA, serve_elsewhere

LOOPBACK = ("127.0.0.1",)


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1/x"),
        ("127.0.0.1", "https://127.0.0.1:8443/x"),
        ("127.0.0.1:80", "http://127.0.0.1/x"),
        ("127.0.0.1:443", "https://127.0.0.1/x"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://LOCALHOST./x"),
        ("[::1]:8080", "http://[::1]:8080/x"),
        ("::1", "http://[::1]/x"),
    ],
)
def test_a_host_that_was_named_may_be_asked(allowed: str, url: str) -> None:
    check_address([allowed], url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/",
        "http://127.0.0.1:8081/",
        "https://127.0.0.1/",
        "http://127.0.0.1@127.0.0.2:8080/",
        "http://2130706433:8080/",
        "http:///x",
        "ftp://127.0.0.1:8080/",
        "file:///etc/passwd",
        "//127.0.0.1:8080/",
        "",
        "http://127.0.0.1:x/",
        "http://[127.0.0.1",
        "http://127.0.0.1:8080.x/",
        None,
    ],
)
def test_any_other_address_is_refused(url: str | None) -> None:
    with pytest.raises(Refused):
        check_address(["127.0.0.1:8080"], url)


def test_no_host_is_allowed_by_default() -> None:
    with serve_elsewhere() as url, pytest.raises(Refused):
        fetch((), url)


def test_data_comes_with_its_size() -> None:
    with serve_elsewhere() as url, fetch(LOOPBACK, f"{url}/data") as answer:
        assert (size_of(answer), answer.read()) == (len(DATA), DATA)


def test_a_redirect_is_followed_to_a_host_that_was_named() -> None:
    with serve_elsewhere() as url, fetch(LOOPBACK, f"{url}/moved") as answer:
        assert answer.read() == DATA


def test_a_redirect_to_any_other_host_is_refused() -> None:
    with serve_elsewhere() as url, pytest.raises(Refused):
        fetch(LOOPBACK, f"{url}/astray")


def test_a_missing_file_differs_from_an_unreachable_host() -> None:
    with serve_elsewhere() as url, pytest.raises(NotThere):
        fetch(LOOPBACK, f"{url}/gone")
    with pytest.raises(FetchFailed) as failure:
        fetch(LOOPBACK, f"{url}/data")
    assert not isinstance(failure.value, NotThere)


def test_the_address_that_was_found_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    look_up = socket.getaddrinfo

    def look_up_once(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        asked.append(host)
        return look_up("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_once)
    with serve_elsewhere() as url:
        port = url.rpartition(":")[2]
        with fetch(["images.test"], f"http://images.test:{port}/data") as answer:
            assert answer.read() == DATA
    assert asked == ["images.test"]
