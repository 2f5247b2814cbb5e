"""A server on loopback that answers as a test says, and keeps the requests."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """A status and a body: JSON unless it is text."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        is_text = isinstance(self.body, str)
        return (self.body if is_text else json.dumps(self.body)).encode()

    @property
    def types(self) -> Mapping[str, str]:
        is_text = isinstance(self.body, str)
        return {"Content-Type": "text/html" if is_text else "application/json"}


@dataclass
class Scripted:
    url: str
    asked: list[Asked]

    @property
    def lines(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]


@contextlib.contextmanager
def serve(answer: Callable[[Asked], Answer]) -> Iterator[Scripted]:
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append(Asked(self.command, self.path, headers, body))
            given = answer(asked[-1])
            self.send_response(given.status)
            for name, value in {**given.types, **given.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.content)))
            self.end_headers()
            self.wfile.write(given.content)

        do_GET = do_POST = do_PUT = do_DELETE = reply

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: tests read stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Scripted(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def token_answer(url: str, token: str = "fresh", **changed: Any) -> Answer:
    """Return Keystone's answer to a sign-in; its catalog has images at ``url``."""
    endpoint = {"interface": "public", "region": "RegionOne", "url": url}
    body = {
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": "2026-01-01T01:00:00.000000Z",
        "user": {"id": "u", "name": "uma", "domain": {"id": "default"}},
        "project": {"id": "p", "name": "peas", "domain": {"id": "default"}},
        "catalog": [{"type": "image", "endpoints": [endpoint]}],
        "methods": ["password"],
        **changed,
    }
    return Answer(201, {"token": body}, {"X-Subject-Token": token})
