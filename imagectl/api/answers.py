"""Turns an HTTP answer of 400 or more into an error, with the service's own reason."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from imagectl.errors import class_for_status

if TYPE_CHECKING:
    import requests

HINTS = {
    401: "check the user, password, project and domains (OS_* or clouds.yaml)",
    410: "the image was deleted meanwhile, or its store takes no data",
    413: "it is more than this cloud takes, or than the project's quota allows",
    415: "the data is not what --disk-format says; qemu-img info tells what it is",
}
NOT_ALLOWED = "your roles do not allow this; see: imagectl role assignment list"
MAX_REASON = 600
MAX_PAGE = 20_000
"""How much of a text is looked at for the reason: markup takes most of a page."""
_WHOLE_SCHEMA = "\n\nFailed validating"
"""Before this is the reason; after it, Glance quotes the schema that a body broke."""

_TAG = re.compile(r"(<[^<>]*>)")
_UNSEEN = re.compile(r"<(/?)(script|style|head)\b", re.IGNORECASE)


def check(response: requests.Response) -> requests.Response:
    """Return ``response``, or raise the :class:`ImagectlError` of its status.

    The message is the service's own reason: from the JSON of Keystone or Glance, or
    the text of a proxy's HTML page.
    """
    from imagectl.http.bodies import broken, has_body, load
    from imagectl.http.redaction import hide, secrets_in
    from imagectl.http.retries import seconds_of

    status, kind = response.status_code, response.headers.get("Content-Type", "")
    is_change = response.request.method not in ("GET", "HEAD")
    is_page = "html" in kind and is_change and has_body(response)
    if 200 <= status < 300 and not is_page:
        return response
    if status < 400:
        response.close()
        what = "a web page" if is_page else f"{status} {response.reason}"
        raise broken(response, what)
    load(response)
    reason = hide(explain(response.content, kind), secrets_in(response.request))
    raise class_for_status(status)(
        reason or response.reason or "The request failed",
        status=status,
        request_id=response.headers.get("X-Openstack-Request-Id"),
        hint=NOT_ALLOWED if "not authorized" in reason else HINTS.get(status, ""),
        retry_after_s=seconds_of(response.headers.get("Retry-After", "")),
    )


def explain(body: bytes, content_type: str) -> str:
    """Return the reason in the body of an error, as one line of plain text."""
    from imagectl.http.bodies import parse_json

    text = body.decode("utf-8", "replace")
    if "json" in content_type:
        with contextlib.suppress(ValueError):
            text = _reason(parse_json(body))
    return _plain(text.partition(_WHOLE_SCHEMA)[0][:MAX_PAGE])


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

    line = " ".join(html.unescape(" ".join(_seen(text))).split())
    return line if len(line) <= MAX_REASON else line[:MAX_REASON] + " ..."


def _seen(text: str) -> Iterator[str]:
    """Yield the parts of a page that a browser shows."""
    unseen = ""
    for part in _TAG.split(text):
        tag = _UNSEEN.match(part)
        if tag and not unseen:
            unseen = "" if tag[1] else tag[2].lower()
        elif tag and tag[1] and tag[2].lower() == unseen:
            unseen = ""
        elif not unseen and not _TAG.fullmatch(part):
            yield part
