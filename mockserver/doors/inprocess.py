"""The door without a socket: ``responses`` intercepts calls of ``requests``."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

import responses

from mockserver.faults.disconnects import Disconnected, Stalled

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@contextlib.contextmanager
def answer_requests(apps: Mapping[str, WSGIApplication]) -> Iterator[None]:
    """Answer calls of ``requests`` in this process, within the block.

    ``apps`` are the applications by the URLs where they answer. Calls to any other URL
    raise ``requests.ConnectionError``. ``responses`` reads a request's body whole
    before it is answered: streaming can be tested over TCP only.
    """
    with responses.RequestsMock(assert_all_requests_are_fired=False) as door:
        for url, app in apps.items():
            for method in METHODS:
                door.add_callback(
                    method,
                    re.compile(re.escape(url) + r"(/|\?|$)"),
                    callback=_caller_of(app),
                    content_type=None,
                )
        yield


def _caller_of(app: WSGIApplication) -> Any:
    def answer(request: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        started: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            started[:] = [int(status[:3]), headers]
            return None

        try:
            chunks = app(_environ_of(request), start_response)
        except Disconnected as end:
            raise _failure_of(end) from None
        return started[0], started[1], _collect(chunks)

    return answer


def _collect(chunks: Iterable[bytes]) -> bytes:
    """Return a body, or the part of it that comes before the connection ends."""
    body = bytearray()
    try:
        for chunk in chunks:
            body += chunk
    except Stalled as end:
        raise _failure_of(end) from None
    except Disconnected:
        pass  # shorter than its Content-Length says
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return bytes(body)


def _failure_of(end: Disconnected) -> Exception:
    """Return the exception that ``requests`` raises for a connection that ends so."""
    import requests

    if isinstance(end, Stalled):
        return requests.ReadTimeout("the answer takes too long")
    return requests.ConnectionError("the connection was reset")


def _environ_of(request: Any) -> WSGIEnvironment:
    url = urlsplit(request.url)
    body = _body_of(request)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(url.path or "/").decode("latin-1"),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "",
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        environ[key if key in _WITHOUT_PREFIX else f"HTTP_{key}"] = text
    if "HTTP_TRANSFER_ENCODING" not in environ:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


_WITHOUT_PREFIX = ("CONTENT_TYPE", "CONTENT_LENGTH")


def _body_of(request: Any) -> bytes:
    body = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    if hasattr(body, "read"):
        return bytes(body.read())
    return b"".join(body)
