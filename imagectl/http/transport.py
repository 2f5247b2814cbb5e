"""HTTP sessions: large blocks, imagectl's headers, and no secret for another host."""

from __future__ import annotations

import os
import socket
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InsecureRequestWarning

from imagectl import __version__
from imagectl.config.clouds import CloudConfig
from imagectl.errors import ServiceError, UsageError
from imagectl.http.dry_run import DryRunAdapter
from imagectl.http.request_log import RequestLog

BLOCK_BYTES = 256 * 1024
"""How much is read from a file and sent at once; http.client's 8 to 16 KiB are slow."""
USER_AGENT = f"imagectl/{__version__}"
SECRET_HEADERS = ("Authorization", "X-Auth-Token", "X-Subject-Token", "X-Service-Token")
CONNECTIONS = 64
"""Connections kept open for reuse: ``--jobs`` and ``--parallel`` need many at once."""
DEAD_AFTER_S = 60
"""A connection is given up when its peer acknowledges nothing for so long."""


class LargeBlockAdapter(HTTPAdapter):
    """Sends every request, those of keystoneauth and keystoneclient too.

    It sends in blocks of ``BLOCK_BYTES``, and records each request in the log.
    """

    def __init__(self, request_log: RequestLog) -> None:
        self._request_log = request_log
        super().__init__(pool_maxsize=CONNECTIONS)

    def send(
        self, request: requests.PreparedRequest, *settings: Any, **named_settings: Any
    ) -> requests.Response:
        return self._request_log.record(
            request,
            partial(super().send, request, *settings, **named_settings),
            is_streamed=bool(named_settings.get("stream")),
        )

    def init_poolmanager(self, *args: Any, **pool_settings: Any) -> None:
        super().init_poolmanager(
            *args,
            blocksize=BLOCK_BYTES,
            socket_options=_socket_options(),
            **pool_settings,
        )

    def proxy_manager_for(self, proxy: str, **proxy_settings: Any) -> Any:
        return super().proxy_manager_for(proxy, blocksize=BLOCK_BYTES, **proxy_settings)


class HttpSession(requests.Session):
    """A session that takes no token along when a redirect leads to another host.

    requests itself would remove only ``Authorization``, and then look for credentials
    in ``.netrc``.
    """

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        before, after = response.request.url, prepared_request.url
        if self.should_strip_auth(before, after):  # type: ignore[no-untyped-call]
            for name in SECRET_HEADERS:
                prepared_request.headers.pop(name, None)


def open_http(config: CloudConfig, request_log: RequestLog) -> requests.Session:
    """Return the HTTP session for a cloud; it records each request in the log.

    Proxies are taken from the environment, as requests does by default; credentials
    in ``.netrc`` are ignored. Raises :class:`UsageError` for a certificate file that
    does not exist.
    """
    for path in _certificate_files(config):
        if not os.path.exists(path):
            raise UsageError(f"Certificate file {path} not found.")
    http = HttpSession()
    for scheme in ("https://", "http://"):
        http.mount(scheme, LargeBlockAdapter(request_log))
    http.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
    http.auth = _send_as_is
    http.verify = config.verify
    http.cert = config.cert
    if config.verify is False:
        warnings.simplefilter("ignore", InsecureRequestWarning)
    return http


def open_identity_http(http: requests.Session) -> requests.Session:
    """Return a session for keystoneauth, on the same connections.

    keystoneauth follows redirects itself and sends password and token to any host.
    Therefore an answer that redirects to another host raises :class:`ServiceError`.
    """
    guarded = HttpSession()
    guarded.adapters = http.adapters
    guarded.headers = http.headers
    guarded.auth = http.auth
    guarded.hooks["response"] = [_refuse_other_host]
    return guarded


def _socket_options() -> list[tuple[int, int, int]]:
    """Return options that let the operating system detect a dead connection.

    A read timeout cannot: a service may need minutes to answer an upload. Meanwhile
    its operating system still acknowledges keep-alive probes.
    """
    options = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    ]
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        options += [
            (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, DEAD_AFTER_S // 4),
            (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, DEAD_AFTER_S // 4),
            (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER_S * 1000),
        ]
    return options


def open_dry_run(
    http: requests.Session, write: Callable[[str], object]
) -> requests.Session:
    """Return a session like ``http`` that sends no request that changes something.

    ``write`` is called with the text of each request that is not sent.
    """
    dry_run = HttpSession()
    dry_run.headers, dry_run.auth = http.headers, http.auth
    dry_run.verify, dry_run.cert = http.verify, http.cert
    for scheme, adapter in http.adapters.items():
        dry_run.mount(scheme, DryRunAdapter(adapter, write))
    return dry_run


def refuse_redirect(method: str, response: requests.Response) -> requests.Response:
    """Return an answer that is no redirect.

    Raises :class:`ServiceError` for one that is. ``Session.request`` lets requests
    follow redirects of GET and HEAD, so that only other methods arrive here with one.
    """
    if response.is_redirect:
        target = response.headers["Location"]
        response.close()
        raise ServiceError(
            f"The service redirects {method} requests to {target}.",
            hint="is the endpoint right? see: imagectl catalog list",
        )
    return response


def _certificate_files(config: CloudConfig) -> list[str]:
    files = [config.verify] if isinstance(config.verify, str) else []
    cert = config.cert or ()
    return [*files, *((cert,) if isinstance(cert, str) else cert)]


def _send_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return the request unchanged; with this as ``auth``, requests reads no .netrc."""
    return request


def _refuse_other_host(response: requests.Response, **_: Any) -> None:
    """Raise :class:`ServiceError` if an answer redirects to another host."""
    if not response.is_redirect:
        return
    target = requests.compat.urljoin(response.url, response.headers["Location"])
    old, new = (
        requests.compat.urlparse(url).hostname for url in (response.url, target)
    )
    if old != new:
        raise ServiceError(
            f"{response.url.partition('?')[0]} redirects to another host, {new}.",
            hint="if that is right, name it in --os-auth-url",
        )
