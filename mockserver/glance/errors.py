"""Glance's errors, rendered as WebOb does; source: WebOb 1.8 ``exc.py``.

::

    ImageError              status, title and a default explanation
    ├── BadRequest          400
    ├── Unauthorized        401
    ├── Forbidden           403
    ├── NotFound            404
    ├── MethodNotAllowed    405
    ├── Conflict            409
    ├── Gone                410
    ├── TooLarge            413
    ├── UnsupportedMedia    415
    ├── RangeNotSatisfiable 416
    ├── HeadersTooLarge     431
    ├── ServerError         500
    ├── NotImplementedHere  501
    └── ServiceUnavailable  503
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import falcon

LOG = logging.getLogger(__name__)

_PAGE = """\
<html>
 <head>
  <title>{status}</title>
 </head>
 <body>
  <h1>{status}</h1>
  {body}
 </body>
</html>"""


class ImageError(Exception):
    """A refusal; raised anywhere, :func:`answer_error` answers the request with it.

    ``explanation`` replaces the default one of the status; ``detail`` comes after it.
    """

    status = 500
    title = "Internal Server Error"
    default = ""
    body = "{explanation}<br /><br />\n{detail}\n\n"

    def __init__(
        self,
        explanation: str = "",
        *,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or explanation or self.default)
        self.explanation = explanation or self.default
        self.detail = detail
        self.headers = dict(headers or {})


class BadRequest(ImageError):
    status, title = 400, "Bad Request"


class Unauthorized(ImageError):
    status, title = 401, "Unauthorized"
    default = (
        "This server could not verify that you are authorized to access the document"
        " you requested. Either you supplied the wrong credentials (e.g., bad"
        " password), or your browser does not understand how to supply the credentials"
        " required."
    )


class Forbidden(ImageError):
    status, title = 403, "Forbidden"
    default = "Access was denied to this resource."


class NotFound(ImageError):
    status, title = 404, "Not Found"
    default = "The resource could not be found."


class MethodNotAllowed(ImageError):
    status, title = 405, "Method Not Allowed"
    body = (
        "The method {method} is not allowed for this resource. <br /><br />\n{detail}"
    )


class Conflict(ImageError):
    status, title = 409, "Conflict"
    default = "There was a conflict when trying to complete your request."


class Gone(ImageError):
    status, title = 410, "Gone"


class TooLarge(ImageError):
    status, title = 413, "Request Entity Too Large"


class UnsupportedMedia(ImageError):
    status, title = 415, "Unsupported Media Type"
    body = (
        "The request media type {content_type} is not supported by this server.\n"
        "<br /><br />\n{detail}"
    )


class RangeNotSatisfiable(ImageError):
    status, title = 416, "Request Range Not Satisfiable"
    default = "The Range requested is not available."


class HeadersTooLarge(ImageError):
    status, title = 431, "Request Header Fields Too Large"


class ServerError(ImageError):
    default = (
        "The server has either erred or is incapable of performing the requested"
        " operation."
    )


class ServiceUnavailable(ImageError):
    status, title = 503, "Service Unavailable"


class NotImplementedHere(ImageError):
    status, title = 501, "Not Implemented"
    body = (
        "\nThe request method {method} is not implemented for this server."
        " <br /><br />\n{detail}"
    )


def answer_error(
    req: falcon.Request, resp: falcon.Response, error: ImageError, params: object
) -> None:
    """Answer with the page, text or JSON document that the request accepts."""
    resp.status = f"{error.status} {error.title}"
    resp.set_headers(error.headers)
    accept = req.get_header("Accept") or ""
    is_head = req.method == "HEAD"
    form = "text/html" if is_head else _preferred_form(accept)
    resp.content_type, render = _FORMS[form]
    resp.text = "" if is_head else render(resp.status, _words(req, error))


def answer_crash(
    req: falcon.Request, resp: falcon.Response, error: Exception, params: object
) -> None:
    """Log an error of the mock itself, and answer 500."""
    LOG.error("%s %s failed", req.method, req.path, exc_info=error)
    answer_error(req, resp, ServerError(), params)


def _words(req: falcon.Request, error: ImageError) -> dict[str, str]:
    return {
        "title": error.title,
        "template": error.body,
        "explanation": error.explanation,
        "detail": error.detail,
        "method": req.method,
        # WebOb leaves the placeholder of a header that is missing as it is
        "content_type": req.env.get("CONTENT_TYPE", "${CONTENT_TYPE}"),
    }


def _render_json(status: str, words: Mapping[str, str]) -> str:
    message = words["template"].format_map(words)
    return json.dumps({"message": message, "code": status, "title": words["title"]})


def _render_html(status: str, words: Mapping[str, str]) -> str:
    safe = {key: html.escape(word) for key, word in words.items()}
    return _PAGE.format(status=status, body=words["template"].format_map(safe))


def _render_text(status: str, words: Mapping[str, str]) -> str:
    text = words["template"].format_map(words).replace("\n", " ").replace("\r", "")
    text = re.sub(r"(?i)<br.*?>", "\n", text)
    return f"{status}\n\n{re.sub(r'<!--|-->|<.*?>', '', text)}"


_FORMS: dict[str, tuple[str, Any]] = {
    "text/html": ("text/html; charset=UTF-8", _render_html),
    "application/json": ("application/json", _render_json),
    "text/plain": ("text/plain; charset=UTF-8", _render_text),
}


def _preferred_form(accept: str) -> str:
    """Return the media type to render: plain text if neither HTML nor JSON will do."""
    qualities = {
        offer: _quality(accept, offer) for offer in ("text/html", "application/json")
    }
    best = max(qualities, key=lambda offer: qualities[offer])
    return best if qualities[best] > 0 else "text/plain"


def _quality(accept: str, offer: str) -> float:
    """Return the weight that an Accept header gives a media type.

    It is that of the narrowest range that the type is in, 0 if it is in none.
    """
    ranges = [offer, offer.partition("/")[0] + "/*", "*/*"]
    found: dict[str, float] = {}
    for item in accept.split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            found.setdefault(name.lower(), float(weight))
        except ValueError:
            continue
    return next((found[name] for name in ranges if name in found), 0.0)
