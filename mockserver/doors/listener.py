"""A port and its connections: cheroot's, made faster for short requests."""

from __future__ import annotations

import contextlib
import errno
import itertools
import resource
import select
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from cheroot import wsgi
from cheroot.connections import ConnectionManager
from cheroot.server import HTTPConnection

from mockserver.doors.heads import MOST_HEAD_BYTES
from mockserver.doors.requests import Request
from mockserver.doors.streams import open_stream
from mockserver.doors.workers import Workers
from mockserver.faults.disconnects import HOLD, Disconnected, Reset

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

IDLE_TIMEOUT_S = 300
"""How long a client may send nothing, also during an upload from a slow pipe."""
HEAD_TIMEOUT_S = 10
"""How long a client may take to send the head of a request that it has begun."""
STOP_TIMEOUT_S = 2
POLL_INTERVAL_S = 0.05
"""How often a server checks whether it was stopped; cheroot's half a second slows tests
down."""
EXPIRY_INTERVAL_S = 1
RESERVED_FILES = 200
"""How many of the files that a process may open are not left to idle connections."""
_BACKLOG = 1024
_BODY_HEADERS = (b"\r\ncontent-length:", b"\r\ntransfer-encoding:")


class CannotListen(Exception):
    """An address is not this machine's, or a port is in use or not allowed."""


class Connection(HTTPConnection):
    """cheroot's connection, which can answer at once and closes its writer too.

    The rest of an answer to a client that hung up is dropped when the writer is closed.
    Left to the garbage collector, the writer would send it to a closed socket, about
    which Python 3.13 warns.
    """

    RequestHandlerClass = Request
    last_used: float

    def __init__(self, server: Any, sock: socket.socket, makefile: object) -> None:
        super().__init__(server, sock, open_stream)
        self._is_kept_once_flushed: bool | None = None
        self._head_began_at: float | None = None

    def has_request(self) -> bool:
        """Receive what has come; tell whether a request can be answered, or refused.

        Never waits. Raises ConnectionError where none will come any more.
        """
        if self._has_head():
            return True
        try:
            is_open = self.rfile.receive()
        except BlockingIOError:
            return False
        if not is_open:
            raise ConnectionAbortedError("the client hung up")
        self._head_began_at = self._head_began_at or time.monotonic()
        return self._has_head()

    def _has_head(self) -> bool:
        received = self.rfile.peek_received()
        is_text = received[:1].isalpha() or received[:1] in (b"", b"\r")
        if is_text and len(received) <= MOST_HEAD_BYTES:
            return self.rfile.peek_head() is not None
        return True

    def expires_at(self, idle_timeout_s: float) -> float:
        """Return until when it may stay open without a request."""
        if self._head_began_at is not None:
            return self._head_began_at + HEAD_TIMEOUT_S
        return self.last_used + idle_timeout_s

    def answer_at_once(self) -> bool | None:
        """Answer a request that is received whole and quick to answer, if there is one.

        Never blocks. Returns whether the connection stays open, or None where a thread
        has to go on with it: to answer another request, or to send the rest of this
        answer.
        """
        if not self._has_quick_request():
            return None
        self.wfile.hold()
        is_kept = self.communicate()
        if self.wfile.send_held():
            return is_kept
        self._is_kept_once_flushed = is_kept
        return None

    def _has_quick_request(self) -> bool:
        """Tell whether the next request is a GET without a body, not of image data."""
        request: bytes = self.rfile.peek_received()
        if not request.startswith(b"GET ") or request != self.rfile.peek_head():
            return False
        path, _, _ = request.partition(b"\r\n")[0].partition(b"?")
        head = request.lower()
        # an encoded path may be one of image data: %66ile
        is_data = b"/file" in path or b"%" in path
        return not is_data and not any(name in head for name in _BODY_HEADERS)

    def communicate(self) -> bool:
        """Answer a request, or send the rest of an answer.

        Returns whether the connection stays open.
        """
        self._head_began_at = None
        if self._is_kept_once_flushed is None:
            return self._answer()
        self.wfile.flush()
        is_kept, self._is_kept_once_flushed = self._is_kept_once_flushed, None
        return is_kept

    def _answer(self) -> bool:
        try:
            return bool(super().communicate())  # type: ignore[no-untyped-call]
        except Disconnected as end:
            if isinstance(end, Reset):
                # lingering for 0 seconds, and no shutdown before: close() sends a reset
                self.socket.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self._close_kernel_socket = lambda: None
            return False

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.wfile.close()
        super().close()


class _Gateway(wsgi.Gateway_10):
    """cheroot's WSGI gateway, which lets a fault wait until the client hangs up."""

    def get_environ(self) -> Any:
        environ = super().get_environ()  # type: ignore[no-untyped-call]
        environ[HOLD] = partial(_wait_for_hangup, self.req.conn.socket)
        return environ


def _wait_for_hangup(sock: socket.socket, over: threading.Event) -> None:
    poll = select.poll()
    poll.register(sock, getattr(select, "POLLRDHUP", select.POLLHUP))
    while not over.is_set() and not poll.poll(POLL_INTERVAL_S * 1000):
        pass


class _Waiting(ConnectionManager):
    """The connections that wait for a request, which take no thread."""

    _selector: Any

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = max(soft - RESERVED_FILES, 1) if soft > 0 else sys.maxsize
        self._checked_at = 0.0

    def put(self, conn: Connection) -> None:
        """Take back a connection that is answered."""
        conn.last_used = time.monotonic()
        self.server.process_conn(conn)

    def watch(self, conn: Connection) -> None:
        """Wait for more of a connection's next request."""
        try:
            self._selector.register(
                conn.socket.fileno(), selectors.EVENT_READ, data=conn
            )
        except ValueError:  # the server has stopped
            conn.close()

    def _expire(self, threshold: float) -> None:
        """Close the connections whose time is over; called often, so it does little."""
        now, timeout_s = time.monotonic(), self.server.timeout
        if now - self._checked_at < EXPIRY_INTERVAL_S:
            return
        self._checked_at = now
        for number, conn in list(self._selector.connections):
            if conn is not self.server and conn.expires_at(timeout_s) < now:
                self._close(number, conn)

    def _from_server_socket(self, server_socket: socket.socket) -> Connection | None:
        """Accept a connection; close the one that has waited longest if all are taken.

        ``None`` is for a client that is gone again.
        """
        try:
            conn: Connection | None = super()._from_server_socket(server_socket)  # type: ignore[misc]
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            conn = None
        if conn is None or len(self._selector) > self._most:
            self._close_oldest()
        if conn is not None:
            conn.last_used = time.monotonic()
        return conn

    def _close_oldest(self) -> None:
        for number, conn in list(itertools.islice(self._selector.connections, 2)):
            if conn is not self.server:
                self._close(number, conn)
                return

    def _close(self, number: int, conn: Connection) -> None:
        self._selector.unregister(number)
        conn.close()


class Listener(wsgi.Server):
    """cheroot's server, which answers quick requests in the thread that selects.

    Handing a request to another thread, with the interpreter's lock, takes as long as
    answering it. Requests that may take longer are still handed to threads, once their
    heads are received. Unlike cheroot's, this server closes a socket that it could not
    bind.
    """

    ConnectionClass = Connection
    keep_alive_conn_limit = sys.maxsize
    _connections: _Waiting
    may_wait: Callable[[], bool]
    """Returns whether any request may take long at present: threads answer all then."""

    def prepare(self) -> None:
        self.requests = Workers(self.put_conn)
        super().prepare()
        self._connections.close()
        self._connections = _Waiting(self)

    def process_conn(self, conn: Connection) -> None:
        try:
            if not conn.has_request():
                self._connections.watch(conn)
                return
        except OSError:
            conn.close()
            return
        is_kept = None if self.may_wait() else conn.answer_at_once()
        if is_kept is None:
            self.requests.put(conn)
        elif is_kept:
            self._connections.watch(conn)
        else:
            conn.close()

    @staticmethod
    def bind_socket(listener: socket.socket, address: tuple[str, int]) -> socket.socket:
        try:
            listener.bind(address)
        except OSError:
            listener.close()
            raise
        # not before: a free port could be one that another server is about to use
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return listener


def listen(
    app: WSGIApplication, host: str, port: int, may_wait: Callable[[], bool]
) -> Listener:
    """Bind a port for an application, and return the server that is to serve it.

    Port 0 is any free one. While ``may_wait`` returns True, every request is answered
    by a thread of its own. Raises :class:`CannotListen`.
    """
    listener = Listener(
        (host, port),
        app,
        server_name="mockserver",
        request_queue_size=_BACKLOG,
        timeout=IDLE_TIMEOUT_S,
        shutdown_timeout=STOP_TIMEOUT_S,
    )
    listener.may_wait = may_wait
    listener.gateway = _Gateway
    listener.expiration_interval = POLL_INTERVAL_S
    try:
        listener.prepare()
    except (OSError, ValueError) as error:
        # cheroot's message lists every address that it tried, each with its reason
        reason = str(error).rpartition("] ")[2].rstrip(")") or str(error)
        raise CannotListen(f"cannot listen on {host}:{port}: {reason}") from error
    return listener
