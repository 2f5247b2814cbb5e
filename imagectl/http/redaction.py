"""Requests and answers without their secrets, for logs and ``--dry-run``.

A token is replaced by the beginning of its SHA-256, so that two tokens can be told
apart. Any other secret is replaced by three asterisks.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from html import escape as html_escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from imagectl.http.bodies import parse_json

if TYPE_CHECKING:
    import requests

HIDDEN = "***"
MAX_CHARACTERS = 2000
"""The length to which :func:`truncate` shortens a body."""
MAX_JSON_BYTES = 2 << 20
"""Longer JSON is not logged: its secrets are found only when all of it is read."""
MIN_SECRET = 4
"""A shorter secret is not looked for in answers: it would be part of other words."""
MAX_TEXT = 20_000
"""How much of a text that is no JSON is looked at: the log shows less."""
_TOKEN_HEADER = re.compile(r"x-.*token|openstack-auth-receipt", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"(proxy-)?authorization|(set-)?cookie", re.IGNORECASE)
_SECRET_KEY = re.compile(
    r"(assertion|blob|pass|passcode|passphrase|password|(access|private|secret)_?key"
    r"|secret|sig|signature|token)$",
    re.IGNORECASE,
)
_USER_OF_URL = re.compile(r"(?<=://)[^/?#\s]*@")
_TOKEN = re.compile(r"\b(gAAAA|eyJ)[\w.=-]{16,}")
"""A token of Keystone, Fernet or JWS."""
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


def redact_text(text: str) -> str:
    """Return a message with tokens hashed, and the users of URLs hidden."""
    text = _TOKEN.sub(lambda found: hash_token(found.group()), text)
    return _USER_OF_URL.sub(f"{HIDDEN}@", text)


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


def secrets_in(request: requests.PreparedRequest) -> frozenset[str]:
    """Return the secrets that a request sends, in each form that an answer may quote.

    What the request also sends where it is no secret is none: a password that is the
    user's name.
    """
    content_type = str(request.headers.get("Content-Type", ""))
    body = request.body if isinstance(request.body, str | bytes) else b""
    hidden: set[str] = set()
    shown: set[str] = set()
    _collect(_read_body(body, content_type), hidden, shown)
    hidden |= {
        str(content)
        for name, content in request.headers.items()
        if _TOKEN_HEADER.fullmatch(name) or _SECRET_HEADER.fullmatch(name)
    }
    return frozenset(
        form
        for secret in hidden - shown
        for form in _quoted_forms(secret)
        if len(secret) >= MIN_SECRET
    )


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` without these secrets."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _read_body(body: str | bytes, content_type: str) -> Any:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if "json" in content_type:
        try:
            return parse_json(text.encode())
        except ValueError:
            return None
    is_form = content_type.startswith("application/x-www-form-urlencoded")
    return dict(parse_qsl(text)) if is_form else None


def _collect(document: Any, hidden: set[str], shown: set[str]) -> None:
    """Sort the texts in a document: those that are hidden in logs, and the others."""
    if isinstance(document, list):
        for item in document:
            _collect(item, hidden, shown)
    if not isinstance(document, dict):
        return
    is_patch = {"op", "path", "value"} <= document.keys()
    for key, value in document.items():
        name = str(document["path"]) if is_patch and key == "value" else key
        if isinstance(value, dict | list):
            _collect(value, hidden, shown)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            (hidden if _SECRET_KEY.search(name) else shown).add(str(value))


def _quoted_forms(secret: str) -> set[str]:
    forms = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret)}
    return forms | {quote_plus(secret), html_escape(secret)}


def format_body(
    body: object,
    content_type: str,
    *,
    indent: int | None = None,
    secrets: Iterable[str] = (),
) -> str:
    """Return a body as text without its secrets, or its size if it is no text.

    ``secrets`` are those that it may quote.

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
            document = redact_document(parse_json(content, MAX_JSON_BYTES))
            return hide(json.dumps(document, indent=indent), secrets)
        except ValueError:
            pass
    elif content_type.startswith("application/x-www-form-urlencoded"):
        fields = parse_qsl(text, keep_blank_values=True)
        return _format_form(fields, plain=_PLAIN_FORM_FIELDS)
    elif content_type.startswith(("text/html", "text/plain")):
        return ascii(redact_url(hide(text[:MAX_TEXT], secrets)))[1:-1]
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
