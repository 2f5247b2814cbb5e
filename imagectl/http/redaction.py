"""What may be shown of a request or an answer: everything but its secrets.

A token is shown as the head of its SHA-256, so that one is told from another; any
other secret as three asterisks.
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
    content = token.encode() if isinstance(token, str) else token
    return "{SHA256}" + hashlib.sha256(content).hexdigest()[:16]


def redact_headers(headers: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(name, _redact_header(name, content)) for name, content in headers]


def _redact_header(name: str, content: str | bytes) -> str:
    if _TOKEN_HEADER.fullmatch(name):
        return hash_token(content)
    if _SECRET_HEADER.fullmatch(name):
        return HIDDEN
    text = content.decode("latin-1") if isinstance(content, bytes) else content
    return ascii(redact_url(text))[1:-1]


def redact_url(url: str) -> str:
    """Return a URL without its user and without the secrets of its query."""
    url = _USER_OF_URL.sub(f"{HIDDEN}@", url)
    place, mark, query = url.partition("?")
    if not any(_SECRET_KEY.search(key) for key, _ in parse_qsl(query)):
        return url
    return place + mark + _spell_form(parse_qsl(query, keep_blank_values=True))


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
    """Redact an item of a list; of a JSON patch, by the attribute that it changes."""
    shown = redact_document(item)
    if isinstance(item, dict) and {"op", "path", "value"} <= item.keys():
        shown["value"] = _redact_member(str(item["path"]), item["value"])
    return shown


def spell_body(body: object, content_type: str, *, indent: int | None = None) -> str:
    """Return the text of a body that may be shown, or what else is to say of it."""
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
        return _spell_form(fields, plain=_PLAIN_FORM_FIELDS)
    elif content_type.startswith(("text/html", "text/plain")):
        return ascii(redact_url(text))[1:-1]
    return f"<{len(content)} bytes of {content_type or 'data'}>"


def cut(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}... ({len(text)} characters)"


def _spell_form(
    fields: Iterable[tuple[str, str]], plain: set[str] | None = None
) -> str:
    def is_shown(key: str) -> bool:
        return not _SECRET_KEY.search(key) if plain is None else key in plain

    shown = [(key, value if is_shown(key) else HIDDEN) for key, value in fields]
    return urlencode(shown, safe="*")
