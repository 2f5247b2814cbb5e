"""A log of all requests and answers, without secrets, and the time that each took."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from imagectl.http.redaction import (
    format_body,
    hide,
    redact_headers,
    redact_url,
    secrets_in,
    truncate,
)

if TYPE_CHECKING:
    import requests

logger = logging.getLogger(__name__)


class TimedRequest(NamedTuple):
    """A request that was sent; ``seconds`` passed until the head of its answer."""

    method: str
    url: str
    seconds: float


class RequestLog(list[TimedRequest]):
    """The requests sent so far, for ``--timing``.

    Each is also written to the Python log: one line at level INFO; headers and bodies
    of request and answer at level DEBUG.
    """

    def record(
        self,
        request: requests.PreparedRequest,
        send: Callable[[], requests.Response],
        *,
        is_streamed: bool,
    ) -> requests.Response:
        """Call ``send`` to send a request; log and time it, and return the answer.

        The body of a streamed answer is neither read nor logged. A request that fails
        is logged and timed too; what ``send`` raises passes through.
        """
        url = redact_url(request.url or "")
        line = f"{request.method} {url}"
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s", _format_request(line, request))
        began_s = time.perf_counter()
        try:
            response = send()
        except Exception as error:
            logger.info("%s: %s", line, type(error).__name__)
            raise
        finally:
            seconds = time.perf_counter() - began_s
            self.append(TimedRequest(str(request.method), url, seconds))
        status = response.status_code
        logger.info("%s: %s %s in %.3f s", line, status, response.reason, seconds)
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s", _format_answer(response, is_streamed=is_streamed))
        return response


def _format_request(line: str, request: requests.PreparedRequest) -> str:
    content_type = str(request.headers.get("Content-Type", ""))
    body = format_body(request.body, content_type)
    return _format_lines("> ", line, request.headers.items(), body)


def _format_answer(response: requests.Response, *, is_streamed: bool) -> str:
    line = f"HTTP {response.status_code} {response.reason}"
    content_type = response.headers.get("Content-Type", "")
    secrets = secrets_in(response.request)
    body = "<streamed>"
    if not is_streamed:
        body = format_body(response.content, content_type, secrets=secrets)
    return hide(_format_lines("< ", line, response.headers.items(), body), secrets)


def _format_lines(
    mark: str, first: str, headers: Iterable[tuple[str, str]], body: str
) -> str:
    shown = (f"{name}: {content}" for name, content in redact_headers(headers))
    lines = [first, *shown, *([truncate(body)] if body else [])]
    return "\n".join(mark + line for line in lines)
