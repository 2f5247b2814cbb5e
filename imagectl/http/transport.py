"""The HTTP session: large blocks, our headers, and no secret for another host."""

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
from imagectl.http.dry_run import Rehearsal
from imagectl.http.timing import Exchanges

BLOCK_BYTES = 256 * 1024
"""What is read from a file and sent at once; http.client takes 8 to 16 KiB."""
USER_AGENT = f"imagectl/{__version__}"
SECRET_HEADERS = ("Authorization", "X-Auth-Token", "X-Subject-Token", "X-Service-Token")


CONNECTIONS = 64
"""Connections that are kept for reuse: as many as jobs and ranges may want."""
DEAD_AFTER_S = 60
"""A peer that does not acknowledge anything for so long is gone."""


class LargeBlockAdapter(HTTPAdapter):
    """What every request of ours passes, keystoneauth's and keystoneclient's too."""

    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges
        super().__init__(pool_maxsize=CONNECTIONS)

    def send(
        self, request: requests.PreparedRequest, *settings: Any, **named_settings: Any
    ) -> requests.Response:
        return self._exchanges.carry_out(
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
    """Proxies come from the environment, credentials never: neither from .netrc."""

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        before, after = response.request.url, prepared_request.url
        if self.should_strip_auth(before, after):  # type: ignore[no-untyped-call]
            for name in SECRET_HEADERS:
                prepared_request.headers.pop(name, None)


def open_http(config: CloudConfig, exchanges: Exchanges) -> requests.Session:
    """Make the HTTP session for a cloud, which tells ``exchanges`` what it sends.

    Raises :class:`UsageError` for a certificate file that does not exist.
    """
    for path in _certificate_files(config):
        if not os.path.exists(path):
            raise UsageError(f"Certificate file {path} not found.")
    http = HttpSession()
    for scheme in ("https://", "http://"):
        http.mount(scheme, LargeBlockAdapter(exchanges))
    http.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
    http.auth = _send_as_is
    http.verify = config.verify
    http.cert = config.cert
    if config.verify is False:
        warnings.simplefilter("ignore", InsecureRequestWarning)
    return http


def open_identity_http(http: requests.Session) -> requests.Session:
    """Return a session on the same connections that guards what keystoneauth sends.

    keystoneauth follows redirects itself, with password and token, to any host.
    """
    guarded = HttpSession()
    guarded.adapters = http.adapters
    guarded.headers = http.headers
    guarded.auth = http.auth
    guarded.hooks["response"] = [_refuse_other_host]
    return guarded


def _socket_options() -> list[tuple[int, int, int]]:
    """Have the system notice a link that is dead, where nothing else would.

    A service may take long to answer and still acknowledge what the system asks it.
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


def open_rehearsal(
    http: requests.Session, write: Callable[[str], object]
) -> requests.Session:
    """Return a session like ``http`` that sends nothing that would change anything."""
    rehearsal = HttpSession()
    rehearsal.headers, rehearsal.auth = http.headers, http.auth
    rehearsal.verify, rehearsal.cert = http.verify, http.cert
    for scheme, adapter in http.adapters.items():
        rehearsal.mount(scheme, Rehearsal(adapter, write))
    return rehearsal


def refuse_redirect(method: str, response: requests.Response) -> requests.Response:
    """Return an answer, unless it redirects what may not be sent again."""
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
    """Stand for credentials, so that requests looks for none in .netrc."""
    return request


def _refuse_other_host(response: requests.Response, **_: Any) -> None:
    if not response.is_redirect:
        return
    target = requests.compat.urljoin(response.url, response.headers["Location"])
    here, there = (
        requests.compat.urlparse(url).hostname for url in (response.url, target)
    )
    if here != there:
        raise ServiceError(
            f"{_shorten(response.url)} redirects to another host, {there}.",
            hint="if that is right, name it in --os-auth-url",
        )


def _shorten(url: str) -> str:
    return url.partition("?")[0]
