"""A load generator: connections kept alive, one request each under way at a time.

One thread waits on all sockets and sends bytes that were prepared before, so that what
it costs itself (some 20 microseconds a request) is little beside any server here.
"""

from __future__ import annotations

import itertools
import json
import selectors
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 8
WARM_UP_S = 0.5
_PIECE_BYTES = 1 << 18


class Refused(Exception):
    """A server answered something else than success."""


@dataclass(frozen=True)
class Request:
    """A request as its bytes, and where to send it."""

    address: tuple[str, int]
    raw: bytes

    @classmethod
    def build(
        cls,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Request:
        """Prepare a request; ``body`` is sent as JSON."""
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        data = b"" if body is None else json.dumps(body).encode()
        fields = {"Host": parts.netloc, "Accept": "application/json", **(headers or {})}
        if data:
            fields["Content-Type"] = "application/json"
            fields["Content-Length"] = str(len(data))
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        return cls((parts.hostname or "", parts.port or 80), head + data)


class _Connection:
    """One socket, and how much of an answer is in."""

    def __init__(self, requests: Iterator[Request]) -> None:
        self._requests = requests
        self.socket = socket.create_connection(next(requests).address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = b""
        self._left = 0

    def send(self) -> None:
        self._head, self._left = b"", 0
        self.socket.sendall(next(self._requests).raw)

    def take(self) -> bool:
        """Read what has come; tell whether the answer is whole."""
        data = self.socket.recv(_PIECE_BYTES)
        if not data:
            raise Refused("the connection was closed")
        if self._left:
            self._left -= len(data)
            return self._left == 0
        self._head += data
        head, end, body = self._head.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 2"):
            raise Refused(self._head.decode(errors="replace")[:500])
        self._left = _length_of(head) - len(body)
        return self._left == 0


def _length_of(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise Refused("an answer without a length")
    return int(rest.partition(b"\r\n")[0])


def measure_rate(requests: Sequence[Request], duration_s: float = 2) -> float:
    """Return the answers a second that a server gives to requests, taken in turn.

    Raises :class:`Refused` for an answer that is no success.
    """
    endless = itertools.cycle(requests)
    connections = [_Connection(endless) for _ in range(CONNECTIONS)]
    with selectors.DefaultSelector() as selector:
        for one in connections:
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.send()
        _drive(selector, WARM_UP_S)
        rate = _drive(selector, duration_s)
    for one in connections:
        one.socket.close()
    return rate


def _drive(selector: selectors.BaseSelector, duration_s: float) -> float:
    answers = 0
    began_s = time.perf_counter()
    while (passed_s := time.perf_counter() - began_s) < duration_s:
        for key, _ in selector.select(1):
            if key.data.take():
                answers += 1
                key.data.send()
    return answers / passed_s
