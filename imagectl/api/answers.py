"""Turns an HTTP answer of 400 or more into an error, with the service's own reason."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from imagectl.errors import class_for_status

if TYPE_CHECKING:
    import requests

HINTS = {
    401: "check the user, password, project and domains (OS_* or clouds.yaml)",
    410: "the image was deleted meanwhile, or its store takes no data",
    413: "the image or the project's quota is too large for this cloud",
    415: "the data is not what --disk-format says; qemu-img info tells what it is",
}
NOT_ALLOWED = "your roles do not allow this; see: imagectl role assignment list"
MAX_REASON = 600
_WHOLE_SCHEMA = "\n\nFailed validating"
"""Before this is the reason; after it, Glance quotes the schema that a body broke."""

_TAG = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def check(response: requests.Response) -> requests.Response:
    """Return ``response``, or raise the :class:`ImagectlError` of its status.

    The message is the service's own reason: from the JSON of Keystone or Glance, or
    the text of a proxy's HTML page.
    """
    status = response.status_code
    if status < 400:
        return response
    reason = explain(response.text, response.headers.get("Content-Type", ""))
    raise class_for_status(status)(
        reason or response.reason or "The request failed",
        status=status,
        request_id=response.headers.get("X-Openstack-Request-Id"),
        hint=NOT_ALLOWED if "not authorized" in reason else HINTS.get(status, ""),
        retry_after_s=_seconds(response.headers.get("Retry-After", "")),
    )


def _seconds(retry_after: str) -> float | None:
    """Return the seconds of a ``Retry-After`` header; None where it is a date."""
    return float(retry_after) if retry_after.isdecimal() else None


def explain(body: str, content_type: str) -> str:
    """Return the reason in the body of an error, as one line of plain text."""
    text = body
    if "json" in content_type:
        try:
            text = _reason(json.loads(body))
        except ValueError:
            text = body
    return _plain(text.partition(_WHOLE_SCHEMA)[0])


def _reason(document: Any) -> str:
    """Return the message in ``{"error": {"message": ...}}`` and similar documents."""
    while isinstance(document, dict):
        document = next(
            (document[k] for k in ("error", "message", "title") if document.get(k)),
            next(iter(document.values()), ""),
        )
    return document if isinstance(document, str) else ""


def _plain(text: str) -> str:
    """Return the text without markup, in one line; of a page, only the body's."""
    import html  # not at module level: its table of entities is large

    line = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    return line if len(line) <= MAX_REASON else line[:MAX_REASON] + " ..."
