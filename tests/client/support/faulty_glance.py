"""A Glance with one image, whose transfers fail as a test says and then succeed."""

from __future__ import annotations

import hashlib
import re
import select
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from imagectl.api.client import Client
from imagectl.auth.session import Session
from imagectl.config.clouds import CloudConfig
from tests.client.support.scripted_glance import Handler, ScriptedGlance

Fault = Callable[[Handler], None]
"""Answers a request for data, or one with data, in place of the service."""


class FaultyGlance(ScriptedGlance):
    """Each transfer uses up one of ``faults``; without any left, it succeeds."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        self.ranges: list[str | None] = []
        self.serves_ranges = True

    def client(self, stall_s: float = 30.0) -> Client:
        """Return a client that waits no longer than ``stall_s`` for a byte."""
        config = CloudConfig(
            "none", {"endpoint": self.url}, read_timeout_s=stall_s, token_cache=False
        )
        return Client(Session(config, environ={}), "image")

    def hold(self, data: bytes) -> None:
        """Store data, as after its upload."""
        self.stored = data
        self.record |= {
            "status": "active",
            "size": len(data),
            "checksum": hashlib.md5(data).hexdigest(),
            "os_hash_algo": "sha512",
            "os_hash_value": hashlib.sha512(data).hexdigest(),
        }

    def act(self, request: Handler) -> None:
        is_data = request.path.split("?")[0].endswith(("/file", "/stage"))
        if not is_data:
            super().act(request)
            return
        if request.command == "GET":
            self.ranges.append(request.headers.get("Range"))
        if self.faults:
            self.faults.pop(0)(request)
        elif request.command == "PUT":
            self.take(request)
        else:
            self.send(request)

    def take(self, request: Handler) -> None:
        """Store what is sent, unless the sender hangs up before its end."""
        data = request.take_body()
        if len(data) < int(request.headers.get("Content-Length", 0)):
            request.close_connection = True
            return
        self.hold(data)
        request.answer(204)

    def send(self, request: Handler, most: int | None = None) -> None:
        """Send the data that is asked for, or only its first ``most`` bytes."""
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range") or "")
        whole = len(self.stored)
        start, stop = 0, whole
        if wanted and self.serves_ranges:
            start = int(wanted[1])
            stop = min(int(wanted[2] or whole - 1) + 1, whole)
            request.send_response(206)
            told = f"bytes {start}-{stop - 1}/{whole}"
            request.send_header("Content-Range", told)
        else:
            request.send_response(200)
        request.send_header("Content-Length", str(stop - start))
        request.end_headers()
        request.wfile.write(self.stored[start:stop][:most])

    def reset_after(self, count: int) -> Fault:
        """Let ``count`` bytes of data through, then reset the connection."""

        def reset(request: Handler) -> None:
            if request.command == "PUT":
                request.rfile.read(count)
            else:
                self.send(request, count)
            hang_up(request)

        return reset

    def cut_after(self, count: int) -> Fault:
        """Send ``count`` bytes of data and end the answer; all of them arrive."""

        def cut(request: Handler) -> None:
            self.send(request, count)
            request.close_connection = True

        return cut

    def stop_after(self, count: int) -> Fault:
        """Let ``count`` bytes of data through, then stop listening altogether."""

        def stop(request: Handler) -> None:
            self.cut_after(count)(request)
            self.server.shutdown()
            self.server.server_close()

        return stop

    def start_again(self) -> None:
        """Listen on the same port as before."""
        self.server = type(self.server)(
            self.server.server_address, self.server.RequestHandlerClass
        )
        threading.Thread(target=self.server.serve_forever, args=(0.01,)).start()

    def stall_after(self, count: int) -> Fault:
        """Let ``count`` bytes of data through, then send nothing until we give up."""

        def stall(request: Handler) -> None:
            if request.command == "PUT":
                request.rfile.read(count)
                request.connection.recv(1, socket.MSG_PEEK)
                wait_for_hang_up(request)
            else:
                self.send(request, count)
                request.rfile.read(1)
            request.close_connection = True

        return stall


def refuse(status: int, body: Any = None, **headers: str) -> Fault:
    """Answer with a status, and with a page where ``body`` is text."""

    def answer(request: Handler) -> None:
        if request.command == "PUT":
            request.take_body()
        content = str(body or "").encode()
        request.send_response(status)
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def hang_up(request: Handler) -> None:
    """Close the connection with a reset, as a crash of the service does."""
    linger = struct.pack("ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.wfile.flush()
    request.connection.close()
    request.rfile.close()
    request.close_connection = True


def wait_for_hang_up(request: Handler) -> None:
    """Read nothing until the client resets the connection."""
    poller = select.poll()
    poller.register(request.connection, select.POLLHUP | select.POLLERR)
    poller.poll(10_000)
