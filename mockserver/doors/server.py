"""The TCP door: both services on one port, or each on its own."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from mockserver.app import Apps, add_control, combine
from mockserver.doors.listener import STOP_TIMEOUT_S, Listener, listen
from mockserver.state.addresses import CONTROL_MOUNT, IDENTITY_MOUNT, IMAGE_MOUNT


class Server:
    """Serves the applications of a cloud over TCP.

    The ports are bound from construction on: nobody else can take them before
    :meth:`start`. Two ``ports`` are for identity and image; on a single one both are
    served, under ``/identity`` and ``/image``. Port 0 is any free one. ``public_url``
    is where clients reach the server, if it is not where it listens. While ``may_wait``
    returns True, no request may delay another one. Raises
    :class:`~mockserver.doors.listener.CannotListen` where a port cannot be bound.
    """

    def __init__(
        self,
        apps: Apps,
        host: str = "127.0.0.1",
        ports: tuple[int] | tuple[int, int] = (0,),
        *,
        public_url: str | None = None,
        may_wait: Callable[[], bool] = lambda: False,
    ) -> None:
        served = [combine(apps)] if len(ports) == 1 else [apps.identity, apps.image]
        self._listeners: list[Listener] = []
        self._threads: list[threading.Thread] = []
        try:
            for app, port in zip(served, ports, strict=True):
                listener = listen(add_control(app, apps.control), host, port, may_wait)
                self._listeners.append(listener)
        except BaseException:
            self.stop()
            raise
        bound = self._listeners[0].bind_addr[1]
        self.control_url = f"http://{_reachable(host)}:{bound}{CONTROL_MOUNT}"
        self.addresses = self._locate(public_url, host)
        """Where clients reach the identity and the image service."""

    def start(self) -> None:
        """Start threads that serve until :meth:`stop`, and return."""
        for listener in self._listeners:
            thread = threading.Thread(target=listener.serve, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Close the ports and wait a little for requests that are being answered."""
        for listener in self._listeners:
            listener.stop()
        for thread in self._threads:
            thread.join(STOP_TIMEOUT_S)

    def _locate(self, public_url: str | None, host: str) -> tuple[str, str]:
        root = (public_url or f"http://{_reachable(host)}").rstrip("/")
        ports = [listener.bind_addr[1] for listener in self._listeners]
        if len(ports) == 2:
            return _at_port(root, ports[0]), _at_port(root, ports[1])
        if public_url is None:
            root = f"{root}:{ports[0]}"
        return root + IDENTITY_MOUNT, root + IMAGE_MOUNT


def _at_port(url: str, port: int) -> str:
    """Return a URL with this port in place of its own."""
    parts = urlsplit(url)
    host = re.sub(r":[0-9]*\Z", "", parts.netloc)
    return parts._replace(netloc=f"{host}:{port}").geturl()


def _reachable(host: str) -> str:
    """Return the host for URLs that lead to an address to listen on."""
    if host in ("", "0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
