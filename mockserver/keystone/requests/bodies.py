"""Request bodies: JSON objects up to a limit; source: oslo.middleware ``sizelimit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.handlers.documents import TooMuch, parse_json, read_all
from mockserver.keystone.errors import Invalid, TooLarge

if TYPE_CHECKING:
    import falcon

MOST_BYTES = 114688


def read_body(req: falcon.Request) -> dict[str, Any]:
    """Return the JSON object that is the body, ``{}`` for an empty body.

    Raises :class:`Invalid` for another media type and for what is no JSON object, and
    :class:`TooLarge`.
    """
    try:
        raw = read_all(req, MOST_BYTES)
    except TooMuch:
        raise TooLarge from None
    except ValueError as error:
        raise Invalid(f"Bad request body: {error}") from error
    if not raw:
        return {}
    media_type = (req.content_type or "").partition(";")[0].strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if media_type and not is_json:
        raise Invalid.lacking("application/json", "Content-Type header")
    try:
        body = parse_json(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Invalid.lacking("valid JSON", "request body")
    return body
