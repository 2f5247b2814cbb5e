"""``--dry-run``: requests that would change something are told, not sent.

A command goes on as if they had been carried out, so that every request of it is told.
What it reads comes from the service, with the changes that were rehearsed put on top.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from imagectl.http.redaction import redact_headers, redact_url, spell_body

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Document = dict[str, Any]
FINISHED = {"image": {"status": "active"}, "task": {"status": "success"}}
"""How new records are that a command may wait for."""


class Rehearsal(BaseAdapter):
    """Sends through ``real`` what only reads, and tells ``write`` of the rest."""

    def __init__(self, real: BaseAdapter, write: Callable[[str], object]) -> None:
        super().__init__()
        self._real = real
        self._write = write
        self._created: dict[str, Document] = {}
        self._changed: dict[str, Document] = {}

    def close(self) -> None:
        self._real.close()

    def send(
        self, request: requests.PreparedRequest, *settings: Any, **named_settings: Any
    ) -> requests.Response:
        if request.method in READING_METHODS:
            return self._read(request, settings, named_settings)
        self._write(spell_request(request))
        url, body = _place(request), _json_of(request)
        if request.method == "POST" and isinstance(body, dict):
            return _answer(request, self._create(url, body))
        self._note(url, body)
        if request.method == "PATCH":
            found = self._read(_as_read(request), settings, named_settings)
            return found if found.ok else _answer(request, self._changed[url])
        return _answer(request, body if isinstance(body, dict) else None)

    def _read(
        self, request: requests.PreparedRequest, settings: Any, named_settings: Any
    ) -> requests.Response:
        url = _place(request)
        for created, document in self._created.items():
            if url == created:
                return _answer(request, _merge(document, self._changed.get(url, {})))
            if url.startswith(f"{created}/"):
                return _answer(request, {})
        response = self._real.send(request, *settings, **named_settings)
        if url in self._changed and response.ok:
            merged = _merge(response.json(), self._changed[url])
            response._content = json.dumps(merged).encode()
        return response

    def _create(self, collection: str, body: Document) -> Document:
        """Return ``body`` as the service would, with an id to go on with."""
        place, _, name = collection.rpartition("/")
        if name == "import":
            self._note(f"{place}/file", None)
        noun, count = name.removesuffix("s"), len(self._created)
        identifier = f"new-{noun}-{count}" if count else f"new-{noun}"
        made = {"id": identifier, **FINISHED.get(noun, {})}
        envelope = _envelope(body)
        record = {**made, **(body[envelope] if envelope else body)}
        document = {envelope: record} if envelope else record
        self._created[f"{collection}/{record['id']}"] = document
        return document

    def _note(self, url: str, body: Any) -> None:
        """Remember what a record is to be; an image that gets its data, active."""
        place, _, last = url.rpartition("/")
        if last in ("file", "stage"):
            url, body = place, {"status": "active"}
        changes = body if isinstance(body, dict) else dict(_patched(body))
        self._changed[url] = _merge(self._changed.get(url, {}), changes)


def spell_request(request: requests.PreparedRequest) -> str:
    """Return a request as a user is told of it: no token, and a readable body."""
    names = [n for n in request.headers if n.lower().startswith("x-")]
    told = [(n, request.headers[n]) for n in names if n.lower() != "x-auth-token"]
    headers = [f"{name}: {content}" for name, content in redact_headers(told)]
    kind = str(request.headers.get("Content-Type", ""))
    body = spell_body(request.body, kind, indent=2)
    line = f"{request.method} {redact_url(request.url or '')}"
    return "\n".join([line, *headers, *([body] if body else [])]) + "\n"


def _place(request: requests.PreparedRequest) -> str:
    return urlsplit(request.url or "")._replace(query="", fragment="").geturl()


def _json_of(request: requests.PreparedRequest) -> Any:
    if not isinstance(request.body, str | bytes):
        return None
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _as_read(request: requests.PreparedRequest) -> requests.PreparedRequest:
    reading = request.copy()
    reading.method, reading.body = "GET", None
    for name in ("Content-Type", "Content-Length"):
        reading.headers.pop(name, None)
    return reading


def _answer(
    request: requests.PreparedRequest, document: Document | None
) -> requests.Response:
    response = requests.Response()
    response.request, response.url = request, request.url or ""
    response.status_code = 204 if document is None else 200
    response.headers["Content-Type"] = "application/json"
    response._content = b"" if document is None else json.dumps(document).encode()
    return response


def _envelope(document: Document) -> str | None:
    """Return ``user`` for ``{"user": {...}}``, as Keystone wraps its records."""
    [name, *others] = [*document, None]
    is_wrapped = others == [None] and isinstance(document[str(name)], dict)
    return name if is_wrapped else None


def _merge(document: Document, changes: Document) -> Document:
    inner, changed = _envelope(document), _envelope(changes)
    if inner and inner == changed:
        return {inner: {**document[inner], **changes[inner]}}
    return {**document, **changes}


def _patched(operations: Any) -> Iterator[tuple[str, Any]]:
    """Yield what the operations of a JSON patch (RFC 6902) set at the top."""
    for operation in operations if isinstance(operations, list) else ():
        pointer = str(operation.get("path", "")).removeprefix("/")
        if "value" in operation and "/" not in pointer:
            yield pointer.replace("~1", "/").replace("~0", "~"), operation["value"]
