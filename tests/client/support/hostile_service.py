"""A service on loopback that answers honestly, and once in the wrong way.

The first part of a URL's path names the attack, and whether it begins with the sign-in
(``NAME.s``) or with what follows (``NAME.d``).
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from imagectl.contract import (
    Field,
    Resource,
    application_credentials,
    endpoint_filter,
    identity,
    image,
    metadef,
    unified_limits,
)

MODULES = (
    identity,
    image,
    metadef,
    application_credentials,
    endpoint_filter,
    unified_limits,
)
RESOURCES = {
    resource.collection: resource
    for module in MODULES
    for resource in vars(module).values()
    if isinstance(resource, Resource)
}
ID = "0123456789abcdef0123456789abcdef"
ROLE = {"id": ID, "name": "a"}
TERMINAL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r\n\x00"
"""What would change a terminal's title, clear it, and turn its text around."""
MIB = 1 << 20


@dataclass
class Request:
    method: str
    path: str
    query: Mapping[str, list[str]]
    attack: str
    """What the URL names."""
    root: str
    """The URL up to the attack's name."""
    write: Callable[[bytes], object]

    @property
    def is_sign_in(self) -> bool:
        return self.path.startswith("/v3/auth/tokens") and self.method == "POST"


Attack = Callable[[Request], object]


def value_of(field: Field, name: str) -> Any:
    named = {"id": ID, "name": name, "status": "active", "visibility": "private"}
    plain = {"integer": 1, "boolean": False, "flag": True, "array": [], "object": {}}
    time = "2026-01-01T00:00:00Z" if field.kind == "time" else name
    return named.get(field.name, plain.get(field.kind, time))


def record_of(resource: Resource, name: str, identifier: str = ID) -> dict[str, Any]:
    record = {field.name: value_of(field, name) for field in resource.fields}
    if resource.has("id"):
        record["id"] = identifier
    if resource is image.IMAGE:
        record |= {"size": 4, "checksum": None, "os_hash_value": None, "tags": ["a"]}
        record |= {"disk_format": "raw", "locations": [{"url": "f", "metadata": {}}]}
    return record


def document_of(request: Request) -> Any:
    """Return what an honest service would answer."""
    *_, before, last = ["", *unquote(request.path).split("/")]
    special = {
        "/v3/auth/tokens": token_of(request),
        "/v3/auth/catalog": {"catalog": token_of(request)["token"]["catalog"]},
        "/v2/info/import": {"import-methods": {"value": ["web-download"]}},
        "/v2/info/stores": {"stores": [{"id": "s", "default": True}]},
        "/v2/info/usage": {"usage": {"image_size_total": {"limit": 1, "usage": 0}}},
        "/v2/cache": {"cached_images": [], "queued_images": [ID]},
        "/v3/role_inferences": {
            "role_inferences": [
                {
                    "prior_role": {"id": ID, "name": "a"},
                    "implies": [{"id": "b", "name": "b"}],
                }
            ]
        },
        "/v3/role_assignments": {
            "role_assignments": [{"role": {"id": ID}, "user": {"id": ID}, "scope": {}}]
        },
    }
    if request.path in special:
        return special[request.path]
    if "schemas" in request.path:
        return {"properties": {"a": {"type": "string", "description": "b"}}}
    asked = request.query.get("name", ["x1"])[0]
    if last in RESOURCES and request.method == "GET":
        resource = RESOURCES[last]
        if before and resource is RESOURCES["properties"]:
            return {"properties": {"x1": record_of(resource, "x1")}}
        return {resource.collection: [record_of(resource, asked)], "links": {}}
    resource = RESOURCES.get(last) or RESOURCES.get(before) or image.IMAGE
    name = last if last not in RESOURCES else "x1"
    found = record_of(resource, name, name if last not in RESOURCES else ID)
    return {resource.envelope: found} if resource.envelope else found


def token_of(request: Request) -> dict[str, Any]:
    ends = {"image": "/v2", "identity": "/v3"}
    owner = {"id": ID, "name": "uma", "domain": {"id": "default", "name": "Default"}}
    catalog = [
        {
            "id": kind,
            "type": kind,
            "name": kind,
            "endpoints": [
                {
                    "interface": "public",
                    "region": "r",
                    "region_id": "r",
                    "url": request.root + end,
                }
            ],
        }
        for kind, end in ends.items()
    ]
    times = {"issued_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T01:00:00Z"}
    token = {"user": owner, "project": owner, "roles": [owner], "catalog": catalog}
    return {"token": {**token, **times, "methods": ["password"]}}


# What is wrong with a document: each of its members becomes another value.

VALUES: Mapping[str, Any] = {
    "null": None,
    "zero": 0,
    "minus": -5,
    "half": 0.5,
    "true": True,
    "list": [],
    "object": {},
    "lists": [[[]]],
    "objects": [{}],
    "texts": ["a"],
    "empty": "",
    "long": "x" * 100_000,
    "commas": "," * 50_000,
    "brackets": "<" * 100_000,
    "terminal": TERMINAL,
    "path": "../../../../escaped",
    "absolute": "/tmp/escaped",
    "no-url": "http://[::1",
    "port": "http://h:99999999/",
    "dot": ".",
    "big": 2**63,
}


def replaced(document: Any, value: Any, depth: int) -> Any:
    """Return a document whose members at a depth are all ``value``."""
    if depth == 0:
        return value
    if isinstance(document, dict):
        return {k: replaced(v, value, depth - 1) for k, v in document.items()}
    if isinstance(document, list):
        return [replaced(item, value, depth) for item in document]
    return document


def dropped(document: Any, depth: int) -> Any:
    """Return a document without its members at a depth."""
    if isinstance(document, list):
        return [dropped(item, depth) for item in document]
    if not isinstance(document, dict):
        return document
    if depth == 1:
        return {}
    return {k: dropped(v, depth - 1) for k, v in document.items()}


def head(status: str, *headers: str, length: int | None = None) -> bytes:
    ends = [] if length is None else [f"Content-Length: {length}"]
    lines = [f"HTTP/1.1 {status}", *headers, *ends, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


JSON = "Content-Type: application/json"


def answer(request: Request, body: bytes, *headers: str, status: str = "") -> None:
    usual = "201 Created" if request.is_sign_in else "200 OK"
    token = ["X-Subject-Token: t"] if request.is_sign_in else []
    kinds = [] if any("Content-Type" in each for each in headers) else [JSON]
    request.write(
        head(status or usual, *kinds, *token, *headers, length=len(body)) + body
    )


def honest(request: Request) -> None:
    if request.method == "DELETE" or request.method == "HEAD":
        request.write(head("204 No Content"))
    elif request.path.endswith("/file") and request.method == "GET":
        answer(request, b"data", "Content-Type: application/octet-stream")
    elif request.path.endswith(("/file", "/stage", "/import")):
        request.write(head("204 No Content"))
    else:
        answer(request, json.dumps(document_of(request)).encode())


def forever(piece: bytes, *headers: str) -> Attack:
    def write(request: Request) -> None:
        request.write(head("200 OK", JSON, "X-Subject-Token: t", *headers))
        while True:
            request.write(piece)

    return write


def slowly(text: bytes) -> Attack:
    def write(request: Request) -> None:
        request.write(text)
        while not STOPPED.wait(0.05):
            request.write(b" ")

    return write


STOPPED = threading.Event()


def bomb(levels: int, *headers: str, status: str = "") -> Attack:
    """Answer with 64 MiB of blanks, packed that often."""
    return lambda request: answer(request, packed(levels), *headers, status=status)


@lru_cache
def packed(levels: int) -> bytes:
    body = b" " * (64 * MIB)
    for _ in range(levels):
        body = gzip.compress(body, 1)
    return body


def fixed(body: bytes, *headers: str, status: str = "") -> Attack:
    return lambda request: answer(request, body, *headers, status=status)


def redirect(status: int, target: str) -> Attack:
    def write(request: Request) -> None:
        place = target.replace("ROOT", request.root).replace("PATH", request.path)
        headers = [f"Location: {place}"] if target else []
        answer(request, b"", *headers, status=f"{status} Moved")

    return write


def go_on(request: Request) -> None:
    while True:
        request.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 999)


TARGETS = {
    "loop": "ROOTPATH",
    "none": "",
    "broken": "http://[::1",
    "file": "file:///etc/passwd",
    "port": "http://127.0.0.1:99999999/",
    "control": f"http://{TERMINAL[:4]}/",
    "closed": "http://127.0.0.1:1/v3",
    "bytes": "http://h/\xff\xfe",
}
WRONG: dict[str, Attack] = {
    **{
        f"redirect-{status}-{name}": redirect(status, target)
        for status in (300, 301, 302, 303, 304, 305, 307, 308)
        for name, target in TARGETS.items()
    },
    **{
        f"status-{status}": fixed(b"{}", status=f"{status} {TERMINAL[:12]}")
        for status in (101, 103, 199, 204, 205, 206, 226, 299, 399, 400, 401, 402, 403)
    },
    **{
        f"failed-{status}": fixed(
            json.dumps({"error": {"message": TERMINAL, "code": status}}).encode(),
            f"X-Openstack-Request-Id: {TERMINAL[:4]}",
            f"Retry-After: {wait}",
            status=f"{status} no",
        )
        for status, wait in {
            404: "",
            405: "x",
            409: "-1",
            410: "0",
            413: "1e999",
            429: "9" * 400,
            500: "Fri, 99 Foo 2026",
            502: "Fri, 31 Dec 9999 23:59:59 GMT",
            503: "999999999",
            504: "\xb2",
            599: "1",
            600: "1",
            999: "1",
        }.items()
    },
    "page": fixed(b"<" * 100_000, "Content-Type: text/html", status="500 no"),
    "scripts": fixed(b"<script" * 20_000, "Content-Type: text/html", status="503 no"),
    "page-ok": fixed(b"<html>portal", "Content-Type: text/html"),
    "odd-type": fixed(b"{}", "Content-Type: \xff;charset=\xfe"),
    "odd-charset": fixed(b"{}", "Content-Type: application/json; charset=no-such"),
    "nothing": fixed(b""),
    "null": fixed(b"null"),
    "number": fixed(b"5"),
    "text": fixed(b'"text"'),
    "list": fixed(b"[]"),
    "lists": fixed(b"[[]]"),
    "cut": fixed(b'{"images": [{"id": '),
    "nan": fixed(b'{"images": [{"id": "a", "size": NaN}]}'),
    "infinite": fixed(b'{"images": [{"id": "a", "size": 1e999}]}'),
    "digits": fixed(b'{"images": [{"id": "a", "size": ' + b"9" * 5000 + b"}]}"),
    "twice": fixed(b'{"images": [], "images": [{"id": "a"}], "token": {}, "token": 1}'),
    "surrogate": fixed(b'{"images": [{"id": "a", "name": "\\ud800"}]}'),
    "bytes": fixed(b'{"images": [{"id": "a", "name": "\xff\xfe"}]}'),
    "utf-16": fixed('{"images": []}'.encode("utf-16")),
    "bom": fixed(b'\xef\xbb\xbf{"images": []}'),
    "deep": fixed(b"[" * 100_000 + b"]" * 100_000),
    "deep-objects": fixed(b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    "deeper-error": fixed(b'{"error":' * 5_000 + b"1" + b"}" * 5_000, status="400 no"),
    "empty-lists": fixed(b'{"images": [' + b"[]," * 3 * MIB + b"[]]}"),
    "no-gzip": fixed(b"{}", "Content-Encoding: gzip"),
    "no-deflate": fixed(b"\x00" * 99, "Content-Encoding: deflate"),
    "error-bomb": bomb(1, "Content-Encoding: gzip", status="500 no"),
    "bomb": bomb(1, "Content-Encoding: gzip"),
    "bomb-of-bombs": bomb(2, "Content-Encoding: gzip, gzip"),
    "many-codings": fixed(b"{}", "Content-Encoding: " + "gzip, " * 500 + "gzip"),
    "endless": forever(b" " * 65536),
    "endless-text": forever(b'"' + b"\xf0\x9f\x98\x80" * 16384),
    "endless-chunks": forever(
        b"10000\r\n" + b" " * 65536 + b"\r\n", "Transfer-Encoding: chunked"
    ),
    "endless-chunk-line": forever(b"0" * 65536, "Transfer-Encoding: chunked"),
    "endless-trailers": forever(b"0\r\na: b\r\n" * 99, "Transfer-Encoding: chunked"),
    "short": lambda request: request.write(head("200 OK", JSON, length=500) + b"{}"),
    "lengths": lambda request: request.write(
        head("200 OK", "Content-Length: 5", "Content-Length: 7") + b"{}"
    ),
    "minus-length": lambda request: request.write(head("200 OK", length=-5) + b"{}"),
    "no-http": lambda request: request.write(b"SSH-2.0-OpenSSH_9\r\n"),
    "bad-status": lambda request: request.write(b"HTTP/1.1 abc\r\n\r\n"),
    "hang-up": lambda request: None,
    "long-header": lambda request: request.write(head("200 OK", "A: " + "b" * MIB)),
    "many-headers": lambda request: request.write(
        head("200 OK", *(f"A{number}: b" for number in range(100_000)))
    ),
    "header-noise": lambda request: request.write(
        head("200 OK", f"A: {TERMINAL[:20]}", "no colon", " folded", length=2) + b"{}"
    ),
    "go-on": go_on,
}
SLOW: dict[str, Attack] = {
    "silent": slowly(b""),
    "slow-head": slowly(b"HTTP/1.1 200 OK\r\nA:"),
    "slow-status": slowly(b"HTTP/1.1"),
    "slow-body": slowly(head("201 Created", JSON, "X-Subject-Token: t") + b"{"),
    "slow-error": slowly(head("500 No", JSON) + b"{"),
    "slow-chunk": slowly(head("200 OK", JSON, "Transfer-Encoding: chunked") + b"5\r\n"),
}


def attack(request: Request) -> None:
    name, _, stage = request.attack.rpartition(".")
    if request.is_sign_in != (stage == "s"):
        honest(request)
    elif name in WRONG or name in SLOW:
        (WRONG.get(name) or SLOW[name])(request)
    elif request.method == "GET" or request.is_sign_in:
        value, _, depth = name.partition("@")
        document = document_of(request)
        if value == "lacking":
            wrong = dropped(document, int(depth))
        else:
            wrong = replaced(document, VALUES[value], int(depth))
        answer(request, json.dumps(wrong).encode())
    else:
        honest(request)


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.answer()

    def answer(self) -> None:
        words = self.rfile.readline(65536).split()
        headers = {}
        while line := self.rfile.readline(65536).strip():
            key, _, text = line.partition(b":")
            headers[key.lower()] = text.strip()
        if len(words) < 3:
            return
        if headers.get(b"transfer-encoding") == b"chunked":
            while size := int(self.rfile.readline() or b"0", 16):
                self.rfile.read(size + 2)
        self.rfile.read(int(headers.get(b"content-length", 0)))
        url = urlsplit(words[1].decode())
        found = re.fullmatch(r"/([^/]*)(.*)", url.path)
        assert found
        name = found[1]
        host = headers[b"host"].decode()
        root = f"http://{host}/{name}"
        query = parse_qs(url.query)
        method = words[0].decode()
        attack(Request(method, found[2], query, name, root, self.wfile.write))


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve, and yield the URL that goes before an attack's name."""
    socketserver.ThreadingTCPServer.request_queue_size = 128
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    STOPPED.clear()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        STOPPED.set()
        server.shutdown()
        thread.join()
        server.server_close()
