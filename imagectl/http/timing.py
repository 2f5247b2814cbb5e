"""Every request and its answer: logged without secrets, and timed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from imagectl.http.redaction import cut, redact_headers, redact_url, spell_body

if TYPE_CHECKING:
    import requests

logger = logging.getLogger(__name__)


class Exchange(NamedTuple):
    """How long one request waited for its answer's head."""

    method: str
    url: str
    seconds: float


class Exchanges(list[Exchange]):
    """What was exchanged so far. Each is logged: a line (INFO), and all (DEBUG)."""

    def carry_out(
        self,
        request: requests.PreparedRequest,
        send: Callable[[], requests.Response],
        *,
        is_streamed: bool,
    ) -> requests.Response:
        """Send a request by ``send``; the body of a streamed answer is not touched."""
        line = f"{request.method} {redact_url(request.url or '')}"
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s", _spell_request(line, request))
        began_s = time.perf_counter()
        try:
            response = send()
        except Exception as error:
            logger.info("%s: %s", line, type(error).__name__)
            raise
        finally:
            seconds = time.perf_counter() - began_s
            method, _, url = line.partition(" ")
            self.append(Exchange(method, url, seconds))
        status = response.status_code
        logger.info("%s: %s %s in %.3f s", line, status, response.reason, seconds)
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s", _spell_answer(response, is_streamed=is_streamed))
        return response


def _spell_request(line: str, request: requests.PreparedRequest) -> str:
    kind = str(request.headers.get("Content-Type", ""))
    body = spell_body(request.body, kind)
    return _lines("> ", line, request.headers.items(), body)


def _spell_answer(response: requests.Response, *, is_streamed: bool) -> str:
    line = f"HTTP {response.status_code} {response.reason}"
    kind = response.headers.get("Content-Type", "")
    body = "<streamed>" if is_streamed else spell_body(response.content, kind)
    return _lines("< ", line, response.headers.items(), body)


def _lines(mark: str, first: str, headers: Iterable[tuple[str, str]], body: str) -> str:
    shown = (f"{name}: {content}" for name, content in redact_headers(headers))
    lines = [first, *shown, *([cut(body)] if body else [])]
    return "\n".join(mark + line for line in lines)
