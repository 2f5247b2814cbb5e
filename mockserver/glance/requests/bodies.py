"""Request bodies: whether there is one, and JSON; source: Glance 33 ``wsgi.py``."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mockserver.blobs import StoreFull
from mockserver.glance.errors import BadRequest, ServerError, TooLarge
from mockserver.handlers.documents import TooMuch, parse_json, read_all

if TYPE_CHECKING:
    import falcon

MOST_BYTES = 64 << 20
_PIECE_BYTES = 1 << 16
ENCODINGS = ("chunked", "compress", "deflate", "gzip", "identity")


def has_body(req: falcon.Request) -> bool:
    """Tell whether a request carries a body, by Glance's rules."""
    encoding = (req.get_header("Transfer-Encoding") or "").lower()
    if encoding in ENCODINGS and req.method in ("POST", "PUT", "PATCH"):
        return True
    return bool(req.content_length)


def refuse_body(req: falcon.Request) -> None:
    """Raise :class:`BadRequest` for a request that carries a body."""
    if has_body(req):
        raise BadRequest("A body is not expected with this request.")


def ignore_body(req: falcon.Request) -> None:
    """Neither read nor refuse a body: it is not needed, or it is read elsewhere."""


def read_json(req: falcon.Request) -> Any:
    """Return the object or array that a request carries.

    Raises :class:`BadRequest` for no body, or one that is neither, and
    :class:`TooLarge` for one that is larger than anybody needs: Glance has no limit.
    """
    if not has_body(req):
        raise BadRequest("Body expected in request.")
    try:
        raw = read_all(req, MOST_BYTES)
        body = parse_json(raw, encoding="utf-8")
    except TooMuch:
        raise TooLarge("Request body is too large.") from None
    except ValueError:
        raise BadRequest("Malformed JSON in request body.") from None
    if not isinstance(body, (dict, list)):
        raise BadRequest("Unexpected body type. Expected list/dict.")
    return body


def read_object(req: falcon.Request) -> dict[str, Any]:
    """Return the JSON object that a request carries.

    Raises :class:`BadRequest` as :func:`read_json` does, and :class:`ServerError` for
    an array, on which Glance's handlers crash.
    """
    body = read_json(req)
    if not isinstance(body, dict):
        raise ServerError
    return body


def trip_over_body(req: falcon.Request) -> None:
    """Fail on a body as Glance does where it parses one that its handler cannot take.

    Raises :class:`BadRequest` for a body that is no JSON object or array, and
    :class:`ServerError` for one that is.
    """
    if has_body(req):
        read_json(req)
        raise ServerError


def write_json(resp: falcon.Response, document: Any) -> None:
    """Answer with a JSON document."""
    resp.content_type = "application/json"
    resp.text = json.dumps(document, ensure_ascii=False)


def drain(req: falcon.Request) -> None:
    """Read what is left of a body, so that its sender gets to read the answer."""
    # the sender may have hung up, and an injected fault may raise StoreFull here
    with contextlib.suppress(OSError, ValueError, StoreFull):
        if has_body(req):
            for _ in _pieces(req):
                pass


def _pieces(req: falcon.Request) -> Iterator[bytes]:
    return iter(lambda: req.stream.read(_PIECE_BYTES), b"")
