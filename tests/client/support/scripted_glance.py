"""A Glance that answers as a test says, even as a correct service never would."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

IMAGE_ID = "11111111-2222-4333-8444-555555555555"
QUEUED = {"id": IMAGE_ID, "name": "odd", "status": "queued", "tags": [], "size": None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: ScriptedGlance

    def answer(self, status: int, content: Any = None, *, close: bool = False) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def take_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        blocks = []
        while size := int(self.rfile.readline(), 16):
            blocks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(blocks)

    def handle_any(self) -> None:
        self.script.seen.append(f"{self.command} {self.path}")
        self.script.act(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: tests read stderr."""


class ScriptedGlance:
    """``on["PUT"]`` handles requests of that method; ``seen`` lists all requests."""

    def __init__(self) -> None:
        self.record: dict[str, Any] = dict(QUEUED)
        self.stored = b""
        self.seen: list[str] = []
        self.on: dict[str, Callable[[Handler], None]] = {}
        handler = type("Scripted", (Handler,), {"script": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v2"

    @property
    def options(self) -> tuple[str, ...]:
        return ("--os-auth-type", "none", "--os-endpoint", self.url)

    def act(self, request: Handler) -> None:
        if request.command in self.on:
            self.on[request.command](request)
        elif request.command == "PUT":
            self.stored = request.take_body()
            request.answer(204)
        elif request.command == "DELETE":
            request.answer(204)
        else:
            body = request.take_body()
            if request.command == "POST":
                self.record |= json.loads(body or b"{}")
            request.answer(200, self.record)

    @contextlib.contextmanager
    def serving(self) -> Iterator[ScriptedGlance]:
        thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            thread.join()
            self.server.server_close()
