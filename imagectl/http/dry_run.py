"""``--dry-run``: requests that would change something are printed instead of sent.

A command continues as if each of them had succeeded, so that all of its requests are
printed. What the command reads comes from the service, with the changes that were not
sent applied to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from imagectl.http.bodies import read_json
from imagectl.http.redaction import format_body, redact_headers, redact_url

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""
Document = dict[str, Any]
FINAL_STATES = {"image": {"status": "active"}, "task": {"status": "success"}}
"""The state of new records that a command might wait for."""


class DryRunAdapter(BaseAdapter):
    """Sends safe requests through ``adapter``, and gives the others to ``write``.

    Other requests are answered here as a service would answer them, as far as commands
    depend on the answer: with an id for what was created, for example.
    """

    def __init__(self, adapter: BaseAdapter, write: Callable[[str], object]) -> None:
        super().__init__()
        self._adapter = adapter
        self._write = write
        self._created: dict[str, Document] = {}
        self._changed: dict[str, Document] = {}

    def close(self) -> None:
        self._adapter.close()

    def send(
        self, request: requests.PreparedRequest, *settings: Any, **named_settings: Any
    ) -> requests.Response:
        if request.method in SAFE_METHODS:
            return self._read(request, settings, named_settings)
        self._write(format_request(request))
        url, body = _strip_query(request.url), _read_json(request)
        if request.method == "POST" and isinstance(body, dict):
            return _make_response(request, self._create(url, body))
        self._remember_change(url, body)
        if request.method == "PATCH":
            found = self._read(_as_get(request), settings, named_settings)
            return found if found.ok else _make_response(request, self._changed[url])
        return _make_response(request, body if isinstance(body, dict) else None)

    def _read(
        self, request: requests.PreparedRequest, settings: Any, named_settings: Any
    ) -> requests.Response:
        url = _strip_query(request.url)
        for created, document in self._created.items():
            if url == created:
                merged = _merge(document, self._changed.get(url, {}))
                return _make_response(request, merged)
            if url.startswith(f"{created}/"):
                return _make_response(request, {})
        response = self._adapter.send(request, *settings, **named_settings)
        if url in self._changed and response.ok:
            merged = _merge(read_json(response), self._changed[url])
            response._content = json.dumps(merged).encode()
        return response

    def _create(self, collection_url: str, body: Document) -> Document:
        """Return ``body`` as the service would, with an id for later requests."""
        parent_url, _, name = collection_url.rpartition("/")
        if name == "import":
            self._remember_change(f"{parent_url}/file", None)
        noun, count = name.removesuffix("s"), len(self._created)
        identifier = f"new-{noun}-{count}" if count else f"new-{noun}"
        generated = {"id": identifier, **FINAL_STATES.get(noun, {})}
        envelope = _find_envelope(body)
        record = {**generated, **(body[envelope] if envelope else body)}
        document = {envelope: record} if envelope else record
        self._created[f"{collection_url}/{record['id']}"] = document
        return document

    def _remember_change(self, url: str, body: Any) -> None:
        """Remember a change of a record; an image that gets data becomes active."""
        parent_url, _, last = url.rpartition("/")
        if last in ("file", "stage"):
            url, body = parent_url, {"status": "active"}
        changes = body if isinstance(body, dict) else dict(_read_patch(body))
        self._changed[url] = _merge(self._changed.get(url, {}), changes)


def format_request(request: requests.PreparedRequest) -> str:
    """Return a request as ``--dry-run`` prints it: no token, and an indented body."""
    names = [n for n in request.headers if n.lower().startswith("x-")]
    shown = [(n, request.headers[n]) for n in names if n.lower() != "x-auth-token"]
    headers = [f"{name}: {content}" for name, content in redact_headers(shown)]
    content_type = str(request.headers.get("Content-Type", ""))
    body = format_body(request.body, content_type, indent=2)
    line = f"{request.method} {redact_url(request.url or '')}"
    return "\n".join([line, *headers, *([body] if body else [])]) + "\n"


def _strip_query(url: str | None) -> str:
    return urlsplit(url or "")._replace(query="", fragment="").geturl()


def _read_json(request: requests.PreparedRequest) -> Any:
    """Return the JSON in a request's body; None for data that is no JSON."""
    if not isinstance(request.body, str | bytes):
        return None
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _as_get(request: requests.PreparedRequest) -> requests.PreparedRequest:
    get = request.copy()
    get.method, get.body = "GET", None
    for name in ("Content-Type", "Content-Length"):
        get.headers.pop(name, None)
    return get


def _make_response(
    request: requests.PreparedRequest, document: Document | None
) -> requests.Response:
    response = requests.Response()
    response.request, response.url = request, request.url or ""
    response.status_code = 204 if document is None else 200
    response.headers["Content-Type"] = "application/json"
    response._content = b"" if document is None else json.dumps(document).encode()
    return response


def _find_envelope(document: Document) -> str | None:
    """Return ``user`` for ``{"user": {...}}``, as Keystone wraps its records."""
    [name, *others] = [*document, None]
    is_wrapped = others == [None] and isinstance(document[str(name)], dict)
    return name if is_wrapped else None


def _merge(document: Document, changes: Document) -> Document:
    envelope = _find_envelope(document)
    if envelope and envelope == _find_envelope(changes):
        return {envelope: {**document[envelope], **changes[envelope]}}
    return {**document, **changes}


def _read_patch(operations: Any) -> Iterator[tuple[str, Any]]:
    """Yield the top-level attributes that a JSON patch (RFC 6902) sets, with values."""
    for operation in operations if isinstance(operations, list) else ():
        pointer = str(operation.get("path", "")).removeprefix("/")
        if "value" in operation and "/" not in pointer:
            yield pointer.replace("~1", "/").replace("~0", "~"), operation["value"]
