"""Time limits that hold for an answer as a whole.

The timeout of a socket begins anew with every byte that arrives, so that a service
that sends one byte a second is never given up.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any, NamedTuple

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import requests

MAX_LINE_BYTES = 65536
MAX_LINES = 1000
"""How many lines may follow each other: of heads, or of what ends a body."""


class Limit(NamedTuple):
    """A time limit; one that does not run yet begins with the head of an answer."""

    seconds: float
    ends_at: float | None


_limit: ContextVar[Limit | None] = ContextVar("limit", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End every answer that is awaited in this block after so many seconds in all.

    Within another limit, the one that ends first holds.
    """
    outer, ends_at = _limit.get(), time.monotonic() + seconds
    if outer and outer.ends_at is not None:
        ends_at = min(ends_at, outer.ends_at)
    yield from _set(Limit(seconds, ends_at))


@contextmanager
def head_time_limit(seconds: float) -> Iterator[None]:
    """Limit the heads of answers alone, once all data is sent: for transfers."""
    yield from _set(Limit(seconds, None))


def _set(limit: Limit) -> Iterator[None]:
    token = _limit.set(limit)
    try:
        yield
    finally:
        _limit.reset(token)


def seconds_left() -> float:
    """Return how many seconds are left of the limit; infinite where none runs."""
    limit = _limit.get()
    if limit is None or limit.ends_at is None:
        return float("inf")
    return limit.ends_at - time.monotonic()


def lift(response: requests.Response) -> None:
    """Let the body of an answer take any time, as long as there is no silence."""
    answer = getattr(response.raw, "_original_response", None)
    if isinstance(answer, TimedResponse) and answer.reader:
        answer.reader.lift()


class TimedReader(socket.SocketIO):
    """Reads from a socket, within the time limit if there is one."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock, "rb")
        sock._io_refs += 1  # type: ignore[attr-defined]  # as ``makefile`` does
        self._socket = sock
        self._silence_s = sock.gettimeout()
        limit = _limit.get()
        self._ends_at = limit and (limit.ends_at or time.monotonic() + limit.seconds)

    def lift(self) -> None:
        self._ends_at = None
        self._socket.settimeout(self._silence_s)

    def readinto(self, buffer: Any) -> int | None:
        if self._ends_at is not None:
            left_s = self._ends_at - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("timed out")
            silence_s = left_s if self._silence_s is None else self._silence_s
            self._socket.settimeout(min(left_s, silence_s))
        return super().readinto(buffer)


class LineLimitedReader(io.BufferedReader):
    """A buffered reader whose lines, and the number of them in a row, are limited."""

    _lines = 0

    def readline(self, size: int | None = -1) -> bytes:
        self._lines += 1
        if self._lines > MAX_LINES:
            raise HTTPException(f"got more than {MAX_LINES} lines")
        is_limited = size is not None and 0 <= size <= MAX_LINE_BYTES
        line = super().readline(size if is_limited else MAX_LINE_BYTES + 1)
        if len(line) > MAX_LINE_BYTES:
            raise HTTPException(f"got a line of more than {MAX_LINE_BYTES} bytes")
        return line

    def read(self, size: int | None = -1) -> bytes:
        self._lines = 0
        return super().read(size)


class _Readable:
    """What :class:`HTTPResponse` takes of a socket."""

    def __init__(self, reader: TimedReader) -> None:
        self._reader = reader

    def makefile(self, mode: str) -> io.BufferedReader:
        return LineLimitedReader(self._reader)


class TimedResponse(HTTPResponse):
    """An answer that is read within the time limit, which began with its request."""

    reader: TimedReader | None = None

    def __init__(self, sock: Any, *settings: Any, **named_settings: Any) -> None:
        if isinstance(sock, socket.socket):  # TLS within TLS to a proxy is none
            self.reader = TimedReader(sock)
            sock = _Readable(self.reader)
        super().__init__(sock, *settings, **named_settings)


class _Connection(HTTPConnection):
    response_class = TimedResponse


class _TlsConnection(HTTPSConnection):
    response_class = TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS = {"http": _Pool, "https": _TlsPool}
"""Connections whose answers are read within the time limit, by scheme."""
