"""A proxy before a service that resets connections after so many bytes."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

PIECE_BYTES = 1 << 16
RESET = struct.pack("ii", 1, 0)


class CuttingDoor:
    """A connection that carries more bytes than the first of ``cuts`` uses it up."""

    def __init__(self, url: str) -> None:
        self.cuts: list[int] = []
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{parts.path}"

    @contextlib.contextmanager
    def open(self) -> Iterator[CuttingDoor]:
        listening = threading.Thread(target=self._listen)
        listening.start()
        try:
            yield self
        finally:
            # Closing alone would not wake the thread that accepts.
            self._listener.shutdown(socket.SHUT_RDWR)
            listening.join()

    def _listen(self) -> None:
        with self._listener, contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(near,)).start()

    def _pass(self, near: socket.socket) -> None:
        """Copy bytes in both directions until one side ends or the cut is reached."""
        moved = {near: 0}
        with near, socket.create_connection(self._target) as far:
            moved[far] = 0
            other = {near: far, far: near}
            with contextlib.suppress(OSError):
                while True:
                    for source in select.select([near, far], [], [])[0]:
                        data = source.recv(PIECE_BYTES)
                        moved[source] += len(data)
                        is_cut = bool(self.cuts) and moved[source] > self.cuts[0]
                        if is_cut:
                            self.cuts.pop(0)
                            _reset_on_close(near, far)
                        if is_cut or not data:
                            return
                        other[source].sendall(data)


def _reset_on_close(*sockets: socket.socket) -> None:
    for each in sockets:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
