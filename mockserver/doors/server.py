"""The TCP door: cheroot on bound sockets, behind one port or on a port a service."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from cheroot import wsgi
from cheroot.server import HTTPConnection

from mockserver.app import (
    IDENTITY_MOUNT,
    IMAGE_MOUNT,
    combined_app,
    identity_app,
    image_app,
)
from mockserver.control.breaking import HOLD, Disconnected, Reset
from mockserver.control.routes import drive_with
from mockserver.doors.streams import open_stream
from mockserver.environment import CONTROL_MOUNT, is_loopback

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockserver.cloud import MockCloud

THREADS = 10
IDLE_TIMEOUT_S = 300
"""How long a peer may send nothing, also amid an upload from a slow pipe."""
STOP_TIMEOUT_S = 2
POLL_INTERVAL_S = 0.05
"""How long stopping may go unnoticed; cheroot's own half second shows in tests."""


class CannotListen(Exception):
    """An address cannot be had, or a port is in use."""


class Server:
    """Serves a cloud; its ports are bound, and kept, from construction on.

    With ``ports`` of two numbers identity and image are served apart; with one, both
    are behind it under ``/identity`` and ``/image``. Port 0 is any free one.
    Raises :class:`CannotListen` when a port cannot be bound.
    """

    def __init__(
        self,
        cloud: MockCloud,
        host: str = "127.0.0.1",
        ports: tuple[int] | tuple[int, int] = (0,),
    ) -> None:
        apps = [combined_app(cloud)]
        if len(ports) == 2:
            apps = [identity_app(cloud), image_app(cloud)]
        self._listeners: list[wsgi.Server] = []
        self._threads: list[threading.Thread] = []
        drive = drive_with(cloud, is_local=is_loopback(host))
        try:
            for app, port in zip(apps, ports, strict=True):
                self._listeners.append(_bind(drive(app), host, port))
        except BaseException:
            self.stop()
            raise
        bound = self._listeners[0].bind_addr[1]
        self.control_url = f"http://{_reachable(host)}:{bound}{CONTROL_MOUNT}"
        cloud.announce(*self._addresses(cloud.settings.public_url, host))

    def start(self) -> None:
        """Serve from threads of this process; returns at once."""
        for listener in self._listeners:
            thread = threading.Thread(target=listener.serve, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        for listener in self._listeners:
            listener.stop()
        for thread in self._threads:
            thread.join(STOP_TIMEOUT_S)

    def _addresses(self, public_url: str | None, host: str) -> tuple[str, str]:
        root = (public_url or f"http://{_reachable(host)}").rstrip("/")
        ports = [listener.bind_addr[1] for listener in self._listeners]
        if len(ports) == 2:
            return f"{root}:{ports[0]}", f"{root}:{ports[1]}"
        if public_url is None:
            root = f"{root}:{ports[0]}"
        return root + IDENTITY_MOUNT, root + IMAGE_MOUNT


class _Connection(HTTPConnection):
    """cheroot's connection, that closes its writer as well as its socket.

    What a peer that hung up did not take is dropped here. Left in the writer, it would
    be sent to a closed socket once the writer is collected, which Python 3.13 reports.
    """

    def __init__(self, server: Any, sock: socket.socket, makefile: object) -> None:
        super().__init__(server, sock, open_stream)

    def communicate(self) -> bool:
        try:
            return bool(super().communicate())  # type: ignore[no-untyped-call]
        except Disconnected as end:
            if isinstance(end, Reset):
                # without a shutdown: closing the socket drops what it still holds
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
    """cheroot's way into an application, that lets it wait for the peer's end."""

    def get_environ(self) -> Any:
        environ = super().get_environ()  # type: ignore[no-untyped-call]
        environ[HOLD] = partial(_wait_for_hangup, self.req.conn.socket)
        return environ


def _wait_for_hangup(sock: socket.socket, over: threading.Event) -> None:
    poll = select.poll()
    poll.register(sock, getattr(select, "POLLRDHUP", select.POLLHUP))
    while not over.is_set() and not poll.poll(POLL_INTERVAL_S * 1000):
        pass


class _Listener(wsgi.Server):
    """cheroot's server, that does not leak a socket which it could not bind."""

    ConnectionClass = _Connection

    @staticmethod
    def bind_socket(listener: socket.socket, address: tuple[str, int]) -> socket.socket:
        try:
            listener.bind(address)
        except OSError:
            listener.close()
            raise
        return listener


def _decode_slashes(app: WSGIApplication) -> WSGIApplication:
    """Undo that cheroot leaves ``%2F`` in a path, unlike other servers of WSGI."""

    def decoded(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if "%2F" in environ["PATH_INFO"]:
            asked = environ["REQUEST_URI"].partition("?")[0]
            environ["PATH_INFO"] = unquote_to_bytes(asked).decode("latin-1")
        return app(environ, start_response)

    return decoded


def _reachable(host: str) -> str:
    """Return a name for URLs under which an address can be reached."""
    if host in ("", "0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _bind(app: WSGIApplication, host: str, port: int) -> wsgi.Server:
    listener = _Listener(
        (host, port),
        _decode_slashes(app),
        numthreads=THREADS,
        server_name="mockserver",
        request_queue_size=128,
        timeout=IDLE_TIMEOUT_S,
        shutdown_timeout=STOP_TIMEOUT_S,
    )
    listener.expiration_interval = POLL_INTERVAL_S
    listener.gateway = _Gateway
    try:
        listener.prepare()
    except OSError as error:
        # cheroot words the reason of each address that it tried into one string
        reason = str(error).rpartition("] ")[2].rstrip(")") or str(error)
        raise CannotListen(f"cannot listen on {host}:{port}: {reason}") from error
    return listener
