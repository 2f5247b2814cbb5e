"""A web server on loopback that stands for any host outside a cloud."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator

DATA = b"hello, world"
FORBIDDEN = "http://127.0.0.2:1/"
"""An address that no cloud under test may fetch from."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers ``/gone``, ``/moved``, ``/astray`` and ``/short`` as their names say."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        if self._answer():
            self.wfile.write(DATA)

    def _answer(self) -> bool:
        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        targets = {"/moved": f"{here}/data", "/astray": FORBIDDEN}
        if self.path == "/gone":
            self.send_error(404)
            return False
        target = targets.get(self.path)
        self.send_response(302 if target else 200)
        if target:
            self.send_header("Location", target)
        size = 0 if target else len(DATA) + (self.path == "/short")
        if self.path != "/unsized":
            self.send_header("Content-Length", str(size))
        self.end_headers()
        return target is None

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def serve_elsewhere() -> Iterator[str]:
    """Serve DATA on a free port; yields the URL."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
