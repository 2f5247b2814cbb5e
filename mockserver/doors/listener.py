"""A port and its connections: cheroot's, made faster for short requests."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from cheroot import wsgi
from cheroot.server import HTTPConnection

from mockserver.doors.streams import open_stream
from mockserver.faults.disconnects import HOLD, Disconnected, Reset

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 10
IDLE_TIMEOUT_S = 300
"""How long a client may send nothing, also during an upload from a slow pipe."""
STOP_TIMEOUT_S = 2
POLL_INTERVAL_S = 0.05
"""How often a server checks whether it was stopped; cheroot's half a second slows tests
down."""
_PEEKED_BYTES = 1 << 13
"""The longest request that is answered at once."""
_BODY_HEADERS = (b"\r\ncontent-length:", b"\r\ntransfer-encoding:")


class CannotListen(Exception):
    """An address is not this machine's, or a port is in use or not allowed."""


class Connection(HTTPConnection):
    """cheroot's connection, which can answer at once and closes its writer too.

    The rest of an answer to a client that hung up is dropped when the writer is closed.
    Left to the garbage collector, the writer would send it to a closed socket, about
    which Python 3.13 warns.
    """

    def __init__(self, server: Any, sock: socket.socket, makefile: object) -> None:
        super().__init__(server, sock, open_stream)
        self._is_kept_once_flushed: bool | None = None

    def answer_at_once(self) -> bool | None:
        """Answer a request that is received whole and quick to answer, if there is one.

        Never blocks. Returns whether the connection stays open, or None where a thread
        has to go on with it: to answer another request, or to send the rest of this
        answer.
        """
        timeout_s = self.socket.gettimeout()
        self.socket.setblocking(False)
        try:
            if self.rfile.has_data() or not self._has_quick_request():
                return None
            self.wfile.hold()
            is_kept = self.communicate()
            if self.wfile.send_held():
                return is_kept
            self._is_kept_once_flushed = is_kept
            return None
        finally:
            self.socket.settimeout(timeout_s)

    def _has_quick_request(self) -> bool:
        """Tell whether the next request is a GET without a body, not of image data."""
        try:
            request = self.socket.recv(_PEEKED_BYTES, socket.MSG_PEEK)
        except OSError:
            return False
        if not (request.startswith(b"GET ") and request.endswith(b"\r\n\r\n")):
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


class Listener(wsgi.Server):
    """cheroot's server, which answers quick requests in the thread that selects.

    Handing a request to another thread, with the interpreter's lock, takes as long as
    answering it. Requests that may take longer are still handed to threads. Unlike
    cheroot's, this server closes a socket that it could not bind.
    """

    ConnectionClass = Connection
    may_wait: Callable[[], bool]
    """Returns whether any request may take long at present: threads answer all then."""

    def process_conn(self, conn: Connection) -> None:
        is_kept = None if self.may_wait() else conn.answer_at_once()
        if is_kept is None:
            super().process_conn(conn)
        elif is_kept:
            self.put_conn(conn)
        else:
            conn.close()

    @staticmethod
    def bind_socket(listener: socket.socket, address: tuple[str, int]) -> socket.socket:
        try:
            listener.bind(address)
        except OSError:
            listener.close()
            raise
        return listener


def _decode_slashes(app: WSGIApplication) -> WSGIApplication:
    """Decode ``%2F`` in paths, as other WSGI servers do and cheroot does not."""

    def decoded(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if "%2F" in environ["PATH_INFO"]:
            asked = environ["REQUEST_URI"].partition("?")[0]
            environ["PATH_INFO"] = unquote_to_bytes(asked).decode("latin-1")
        return app(environ, start_response)

    return decoded


def listen(
    app: WSGIApplication, host: str, port: int, may_wait: Callable[[], bool]
) -> Listener:
    """Bind a port for an application, and return the server that is to serve it.

    Port 0 is any free one. While ``may_wait`` returns True, every request is answered
    by a thread of its own. Raises :class:`CannotListen`.
    """
    listener = Listener(
        (host, port),
        _decode_slashes(app),
        numthreads=THREADS,
        server_name="mockserver",
        request_queue_size=128,
        timeout=IDLE_TIMEOUT_S,
        shutdown_timeout=STOP_TIMEOUT_S,
    )
    listener.may_wait = may_wait
    listener.gateway = _Gateway
    listener.expiration_interval = POLL_INTERVAL_S
    try:
        listener.prepare()
    except OSError as error:
        # cheroot's message lists every address that it tried, each with its reason
        reason = str(error).rpartition("] ")[2].rstrip(")") or str(error)
        raise CannotListen(f"cannot listen on {host}:{port}: {reason}") from error
    return listener
