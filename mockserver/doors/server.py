"""The TCP door: cheroot on bound sockets, behind one port or on a port a service."""

from __future__ import annotations

import socket
import threading
from functools import partial
from typing import TYPE_CHECKING

from mockserver.app import (
    IDENTITY_MOUNT,
    IMAGE_MOUNT,
    combined_app,
    identity_app,
    image_app,
)
from mockserver.control.routes import drive_with
from mockserver.doors.listener import STOP_TIMEOUT_S, Listener, listen
from mockserver.environment import CONTROL_MOUNT, is_loopback

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud


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
        self._listeners: list[Listener] = []
        self._threads: list[threading.Thread] = []
        drive = drive_with(cloud, is_local=is_loopback(host))
        try:
            for app, port in zip(apps, ports, strict=True):
                listener = listen(drive(app), host, port, partial(_may_wait, cloud))
                self._listeners.append(listener)
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


def _may_wait(cloud: MockCloud) -> bool:
    """Tell whether any request may take long: by a fault, or asking elsewhere."""
    return bool(cloud.faults) or cloud.settings.identity_url is not None


def _reachable(host: str) -> str:
    """Return a name for URLs under which an address can be reached."""
    if host in ("", "0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
