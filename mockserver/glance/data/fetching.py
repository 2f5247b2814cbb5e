"""Fetching data from other hosts, of those that the cloud's settings allow.

A host's name is resolved once, and the address found then is the one connected to;
every redirect is checked as the first URL was. Source: Glance 33
``common/scripts/utils.py``.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from mockserver.blobs import PIECE_BYTES

PORTS = {"http": 80, "https": 443}
TIMEOUT_S = 10
MOST_REDIRECTS = 10


class Refused(Exception):
    """The URL is not on a host that may be asked, or its host has no address."""


class FetchFailed(Exception):
    """The host did not answer, or with another status than 200."""


class NotThere(FetchFailed):
    """The host answered 404."""


@dataclass(frozen=True)
class _Target:
    """A URL that may be fetched, with the addresses of its host."""

    parts: SplitResult
    host: str
    port: int
    addresses: list[Any]

    @property
    def path(self) -> str:
        query = f"?{self.parts.query}" if self.parts.query else ""
        return (self.parts.path or "/") + query


def check_address(allowed: Collection[str], url: object) -> None:
    """Raise :class:`Refused` unless ``url`` may be fetched.

    ``allowed`` lists ``HOST`` or ``HOST:PORT``.
    """
    _find(allowed, url)


def fetch(
    allowed: Collection[str],
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> http.client.HTTPResponse:
    """Return the answer, which the user of this function reads and closes.

    ``allowed`` is as for :func:`check_address`. Raises :class:`Refused` or
    :class:`FetchFailed`.
    """
    for _ in range(MOST_REDIRECTS):
        target = _find(allowed, url)
        try:
            answer = _ask(target, method, headers or {})
        except (OSError, http.client.HTTPException) as error:
            raise FetchFailed(f"{url}: {error}") from error
        location = answer.getheader("Location")
        if answer.status // 100 != 3 or location is None:
            if answer.status == http.client.OK:
                return answer
            answer.close()
            is_gone = answer.status == http.client.NOT_FOUND
            failure = NotThere if is_gone else FetchFailed
            raise failure(f"{url}: HTTP {answer.status}")
        answer.close()
        url = urljoin(url, location)
    raise FetchFailed(f"{url}: redirected too often")


def read_pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """Return the data of an answer, which is closed after the last piece."""
    with answer:
        while piece := answer.read(PIECE_BYTES):
            yield piece


def size_of(answer: http.client.HTTPResponse) -> int | None:
    """Return the size in bytes that an answer announces, None for none or 0."""
    size = answer.getheader("Content-Length") or ""
    return (int(size) or None) if size.isdigit() else None


def _find(allowed: Collection[str], url: object) -> _Target:
    try:
        parts = urlsplit(str(url or ""))
        host = (parts.hostname or "").rstrip(".")
        default = PORTS[parts.scheme]
        port = parts.port or default
    except (KeyError, ValueError):
        raise Refused(url) from None
    known = [_split_host(one) for one in allowed]
    if not host or not {(host, None), (host, port)}.intersection(known):
        raise Refused(url)
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(url) from None
    return _Target(parts, host, port, addresses)


def _split_host(text: str) -> tuple[str, int | None]:
    if text.count(":") > 1 and not text.startswith("["):
        return text.lower(), None  # an IPv6 address alone
    parts = urlsplit(f"//{text}")
    return (parts.hostname or "").rstrip("."), parts.port


def _ask(
    target: _Target, method: str, headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(target.host, target.port, TIMEOUT_S)
    connection.sock = _connect(target)
    default = PORTS[target.parts.scheme]
    if target.port == default:
        connection.default_port = default  # it is left out of the Host header then
    headers = {**headers, "Connection": "close"}
    connection.request(method, target.path, headers=headers)
    return connection.getresponse()


def _connect(target: _Target) -> socket.socket:
    failure: OSError | None = None
    for family, kind, protocol, _, address in target.addresses:
        connected = socket.socket(family, kind, protocol)
        connected.settimeout(TIMEOUT_S)
        try:
            connected.connect(address)
            if target.parts.scheme == "https":
                context = ssl.create_default_context()
                return context.wrap_socket(connected, server_hostname=target.host)
            return connected
        except OSError as error:
            connected.close()
            failure = error
    raise failure or OSError("no address")
