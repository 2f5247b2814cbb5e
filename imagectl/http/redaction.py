"""Requests and answers without their secrets, for logs and ``--dry-run``.

A token is replaced by the beginning of its SHA-256, so that two tokens can be told
apart. Any other secret is replaced by three asterisks.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

HIDDEN = "***"
MAX_CHARACTERS = 2000
"""The length to which :func:`truncate` shortens a body."""
_TOKEN_HEADER = re.compile(r"x-.*token|openstack-auth-receipt", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"(proxy-)?authorization|(set-)?cookie", re.IGNORECASE)
_SECRET_KEY = re.compile(
    r"(assertion|blob|pass|passcode|passphrase|password|(access|private|secret)_?key"
    r"|secret|sig|signature|token)$",
    re.IGNORECASE,
)
_USER_OF_URL = re.compile(r"(?<=://)[^/?#\s]*@")
_PLAIN_FORM_FIELDS = {"client_id", "grant_type", "response_type", "scope"}


def hash_token(token: str | bytes) -> str:
    """Return ``{SHA256}`` and the first 16 digits of a token's hash."""
    content = token.encode() if isinstance(token, str) else token
    return "{SHA256}" + hashlib.sha256(content).hexdigest()[:16]


def redact_headers(headers: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Return headers with tokens hashed, and cookies and credentials hidden."""
    return [(name, _redact_header(name, content)) for name, content in headers]


def _redact_header(name: str, content: str | bytes) -> str:
    if _TOKEN_HEADER.fullmatch(name):
        return hash_token(content)
    if _SECRET_HEADER.fullmatch(name):
        return HIDDEN
    text = content.decode("latin-1") if isinstance(content, bytes) else content
    return ascii(redact_url(text))[1:-1]


def redact_url(url: str) -> str:
    """Return a URL with its user and the secrets in its query hidden."""
    url = _USER_OF_URL.sub(f"{HIDDEN}@", url)
    address, mark, query = url.partition("?")
    if not any(_SECRET_KEY.search(key) for key, _ in parse_qsl(query)):
        return url
    return address + mark + _format_form(parse_qsl(query, keep_blank_values=True))


def redact_document(document: Any) -> Any:
    """Return a JSON document with its secrets hidden."""
    if isinstance(document, dict):
        return {key: _redact_member(key, value) for key, value in document.items()}
    if isinstance(document, list):
        return [_redact_item(item) for item in document]
    return redact_url(document) if isinstance(document, str) else document


def _redact_member(key: str, value: Any) -> Any:
    if not _SECRET_KEY.search(key):
        return redact_document(value)
    if key == "token" and isinstance(value, dict):
        identifier = value.get("id")
        known = {"id": hash_token(identifier)} if isinstance(identifier, str) else {}
        return {**redact_document(value), **known}
    if isinstance(value, dict | list):
        return redact_document(value)
    return value if value is None or isinstance(value, bool) else HIDDEN


def _redact_item(item: Any) -> Any:
    """Redact an item of a list.

    The value in an operation of a JSON patch is a secret if its path names one.
    """
    shown = redact_document(item)
    if isinstance(item, dict) and {"op", "path", "value"} <= item.keys():
        shown["value"] = _redact_member(str(item["path"]), item["value"])
    return shown


def format_body(body: object, content_type: str, *, indent: int | None = None) -> str:
    """Return a body as text without its secrets, or its size if it is no text.

    JSON is indented by ``indent`` blanks; None writes it on one line.
    """
    if body is None or body == b"" or body == "":
        return ""
    if not isinstance(body, str | bytes):
        size_bytes = len(body) if hasattr(body, "__len__") else None
        return "<data>" if size_bytes is None else f"<{size_bytes} bytes of data>"
    content = body.encode() if isinstance(body, str) else body
    text = content.decode("utf-8", "replace")
    if "json" in content_type:
        try:
            return json.dumps(redact_document(json.loads(text)), indent=indent)
        except ValueError:
            pass
    elif content_type.startswith("application/x-www-form-urlencoded"):
        fields = parse_qsl(text, keep_blank_values=True)
        return _format_form(fields, plain=_PLAIN_FORM_FIELDS)
    elif content_type.startswith(("text/html", "text/plain")):
        return ascii(redact_url(text))[1:-1]
    return f"<{len(content)} bytes of {content_type or 'data'}>"


def truncate(text: str) -> str:
    """Return the first 2000 characters of a text, with a note of its whole length."""
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}... ({len(text)} characters)"


def _format_form(
    fields: Iterable[tuple[str, str]], plain: set[str] | None = None
) -> str:
    """Return form fields, encoded, with all hidden but those named in ``plain``.

    Where ``plain`` is None, only the fields that look like secrets are hidden.
    """

    def is_shown(key: str) -> bool:
        return not _SECRET_KEY.search(key) if plain is None else key in plain

    shown = [(key, value if is_shown(key) else HIDDEN) for key, value in fields]
    return urlencode(shown, safe="*")
