"""JSON documents that requests carry, within limits of size and depth."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import falcon

DEEPEST = 600
"""How deep arrays and objects may be in each other.

Real Keystone 30 and Glance 33 take documents of this depth, and crash on some that are
deeper.
"""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class TooMuch(Exception):
    """A body is larger than its service takes."""


def read_all(req: falcon.Request, most_bytes: int) -> bytes:
    """Return the body of a request.

    Raises :class:`TooMuch`, and ValueError for a body that breaks off or is malformed.
    """
    if (req.content_length or 0) > most_bytes:
        raise TooMuch
    chunked = req.content_length is None and req.env.get("wsgi.input_terminated")
    stream: Any = req.stream if chunked else req.bounded_stream
    try:
        body = bytes(stream.read(most_bytes + 1))
    except OSError as error:
        raise ValueError(str(error)) from error
    if len(body) > most_bytes:
        raise TooMuch
    return body


def parse_json(raw: bytes, encoding: str | None = None) -> Any:
    """Return the document that a body is, by default in any encoding of JSON.

    Raises ValueError for what is none, for one that is too deep, and for one with half
    of a surrogate pair, which is no text and cannot be stored.
    """
    try:
        document = json.loads(raw.decode(encoding) if encoding else raw)
    except RecursionError as error:
        raise ValueError("too deep") from error
    # an escape is the only way to write a surrogate in UTF-8, UTF-16 and UTF-32
    if _SURROGATE.search(raw.replace(b"\0", b"")):
        json.dumps(document, ensure_ascii=False).encode()
    if raw.count(b"[") + raw.count(b"{") > DEEPEST:
        _check_depth(document)
    return document


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        if not inner:
            return
        level = inner
    raise ValueError("too deep")
