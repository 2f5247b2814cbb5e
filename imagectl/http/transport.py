"""HTTP sessions: limits, repeated reads, and no secret for another origin."""

from __future__ import annotations

import logging
import os
import socket
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    InsecureRequestWarning,
    ReadTimeoutError,
)

from imagectl import __version__
from imagectl.config.clouds import CloudConfig, Patience
from imagectl.errors import ServiceError, UsageError
from imagectl.http.bodies import broken, has_body, load, read_json, unpackable
from imagectl.http.dry_run import DryRunAdapter
from imagectl.http.failures import from_requests
from imagectl.http.redaction import hide, secrets_in
from imagectl.http.request_log import RequestLog
from imagectl.http.retries import BUSY, Retries, seconds_of
from imagectl.http.time_limits import (
    POOLS,
    head_time_limit,
    seconds_left,
    time_limit,
)
from imagectl.http.urls import have_same_origin, is_url, shown_url

logger = logging.getLogger(__name__)

BLOCK_BYTES = 256 * 1024
"""How much is read from a file and sent at once; http.client's 8 to 16 KiB are slow."""
USER_AGENT = f"imagectl/{__version__}"
PUBLIC_HEADERS = ("accept", "accept-encoding", "connection", "range", "user-agent")
"""All that a request takes along to another origin."""
MAX_REDIRECTS = 5
SILENT_PAUSE_S = 3.0
"""A longer pause before a read is tried again is told to the user."""
READS = ("GET", "HEAD")
CONNECTIONS = 64
"""Connections kept open for reuse: ``--jobs`` and ``--parallel`` need many at once."""
DEAD_AFTER_S = 60
"""A connection is given up when its peer acknowledges nothing for so long."""


class ServiceAdapter(HTTPAdapter):
    """Sends every request, those of keystoneauth and keystoneclient too.

    It sends in blocks of ``BLOCK_BYTES``, and records each request in the log. Here
    are the limits of time and size, and here reads are tried again; ``patience`` is
    that of requests that bring none as their ``timeout``. Raises
    :class:`ServiceError` for answers that nothing can be done with.
    """

    def __init__(self, request_log: RequestLog, patience: Patience) -> None:
        self._request_log = request_log
        self._patience = patience
        super().__init__(pool_maxsize=CONNECTIONS)

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **settings: Any
    ) -> requests.Response:
        patience = self._patience_for(settings.pop("timeout", None))
        is_transfer = settings.get("stream") or not isinstance(
            request.body, str | bytes | None
        )
        limit = head_time_limit if is_transfer else time_limit
        with limit(patience.total_s):
            if is_transfer or request.method not in READS:
                return self._send_once(request, patience, settings)
            return self._send_patiently(request, patience, settings)

    def _patience_for(self, timeout: Any) -> Patience:
        if isinstance(timeout, Patience):
            return timeout
        if not isinstance(timeout, tuple):
            return self._patience
        connect_s, silence_s = timeout
        return replace(self._patience, connect_s=connect_s, silence_s=silence_s)

    def _send_patiently(
        self, request: requests.PreparedRequest, patience: Patience, settings: Any
    ) -> requests.Response:
        """Send a read, and again where the service is not reached, or is busy."""
        lost = Retries(patience.connect_retries, silent_s=SILENT_PAUSE_S)
        busy = Retries(patience.status_retries, silent_s=SILENT_PAUSE_S)
        while True:
            try:
                response = self._send_once(request, patience, settings)
            except requests.ConnectionError as error:
                is_lasting = isinstance(
                    error, requests.exceptions.SSLError | requests.exceptions.ProxyError
                )
                reason = str(from_requests(error, request.url or ""))
                if is_lasting or not lost.wait_for_another(
                    reason, left_s=seconds_left()
                ):
                    raise
                continue
            asked_s = seconds_of(response.headers.get("Retry-After", "")) or 0.0
            status = f"{response.status_code} {response.reason}"
            reason = f"{shown_url(response.url)} answers with {status}"
            if response.status_code not in BUSY or not busy.wait_for_another(
                reason, asked_s, seconds_left()
            ):
                return response

    def _send_once(
        self, request: requests.PreparedRequest, patience: Patience, settings: Any
    ) -> requests.Response:
        return self._request_log.record(
            request,
            partial(self._exchange, request, patience, settings),
            is_streamed=bool(settings.get("stream")),
        )

    def _exchange(
        self, request: requests.PreparedRequest, patience: Patience, settings: Any
    ) -> requests.Response:
        left_s = max(seconds_left(), 0.001)
        timeout = (min(patience.connect_s, left_s), min(patience.silence_s, left_s))
        response = super().send(request, timeout=timeout, **settings)
        if not settings.get("stream") or response.status_code >= 400:
            _load(response, request)
        if response.status_code >= 400:
            _hide_secrets(response, request)
        _check_redirect(response)
        return response

    def init_poolmanager(self, *args: Any, **pool_settings: Any) -> None:
        super().init_poolmanager(
            *args,
            blocksize=BLOCK_BYTES,
            socket_options=_socket_options(),
            **pool_settings,
        )
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **proxy_settings: Any) -> Any:
        manager = super().proxy_manager_for(
            proxy, blocksize=BLOCK_BYTES, **proxy_settings
        )
        if urlsplit(proxy).scheme in POOLS:  # those of SOCKS are others
            manager.pool_classes_by_scheme = POOLS
        return manager


class HttpSession(requests.Session):
    """A session that takes no secret along when a redirect leads to another origin.

    requests itself would remove only ``Authorization``, and then look for credentials
    in ``.netrc``.
    """

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        before, after = response.request.url or "", prepared_request.url or ""
        if not have_same_origin(before, after):
            for name in list(prepared_request.headers):
                if name.lower() not in PUBLIC_HEADERS:
                    del prepared_request.headers[name]
            prepared_request.body = None


class SignInSession(HttpSession):
    """The session for keystoneauth, which sends secrets wherever an answer says.

    It raises :class:`ServiceError` where an answer leads a request to another origin
    than its own, or a sign-in to another than ``auth_url`` has.
    """

    def __init__(self, auth_url: str) -> None:
        super().__init__()
        self._auth_url = auth_url

    def send(self, request: requests.PreparedRequest, **settings: Any) -> Any:
        url = request.url or ""
        is_sign_in = request.method == "POST" and url.endswith("/auth/tokens")
        if is_sign_in and self._auth_url:
            _refuse_other_origin(self._auth_url, url)
        response: requests.Response = super().send(request, **settings)
        is_json = "json" in response.headers.get("Content-Type", "")
        if response.ok and is_json and has_body(response):
            read_json(response)  # keystoneauth checks nothing
        if response.is_redirect:
            _refuse_other_origin(response.url, _redirect_target(response))
        return response


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
        patience = config.patience().for_small_answers()
        http.mount(scheme, ServiceAdapter(request_log, patience))
    http.max_redirects = MAX_REDIRECTS
    http.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
    http.auth = _send_as_is
    http.verify = config.verify
    http.cert = config.cert
    if config.verify is False:
        logger.warning("certificates are not verified: anyone can pose as the cloud")
        warnings.simplefilter("ignore", InsecureRequestWarning)
    return http


def open_identity_http(config: CloudConfig, http: requests.Session) -> requests.Session:
    """Return a session for keystoneauth, on the same connections.

    Keystone-to-Keystone signs in at another Keystone as well.
    """
    auth_url = "" if config.federation else str(config.auth.get("auth_url") or "")
    guarded = SignInSession(auth_url)
    guarded.adapters = http.adapters
    guarded.headers = http.headers
    guarded.auth = http.auth
    return guarded


def open_public_http(url: str) -> requests.Session:
    """Return a session for another server than a cloud's, such as that of an image.

    Only the credentials in ``url`` are sent, and to no other origin; ``.netrc`` is not
    read.
    """
    http = HttpSession()
    for scheme in ("https://", "http://"):
        http.mount(scheme, ServiceAdapter(RequestLog(), CloudConfig().patience()))
    http.headers["User-Agent"] = USER_AGENT
    credentials = requests.utils.get_auth_from_url(url)
    http.auth = credentials if any(credentials) else _send_as_is
    return http


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
        target = shown_url(_redirect_target(response))
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


def _load(response: requests.Response, request: requests.PreparedRequest) -> None:
    """Read the body of an answer; raises what requests would, where it breaks."""
    try:
        load(response)
    except DecodeError:
        raise unpackable(response) from None
    except ReadTimeoutError as error:
        raise requests.ReadTimeout(error, request=request) from error
    except (HTTPError, OSError) as error:
        raise requests.ConnectionError(error, request=request) from error


def _hide_secrets(
    response: requests.Response, request: requests.PreparedRequest
) -> None:
    """Take what a request sends in secret out of the error that quotes it.

    Libraries put the answer into their exceptions, which a traceback shows.
    """
    secrets = secrets_in(request)
    response.reason = hide(response.reason or "", secrets)
    text = response.content.decode("utf-8", "surrogateescape")
    response._content = hide(text, secrets).encode("utf-8", "surrogateescape")


def _redirect_target(response: requests.Response) -> str:
    """Return where an answer redirects to; raises ValueError for a broken URL."""
    location = response.headers["Location"].encode("latin-1").decode()
    return urljoin(response.url, location)


def _check_redirect(response: requests.Response) -> None:
    """Raise :class:`ServiceError` for an answer that redirects to no URL."""
    if not response.is_redirect:
        return
    try:
        is_right = is_url(_redirect_target(response))
    except ValueError:
        is_right = False
    if not is_right:
        response.close()
        raise broken(response, f"a redirect to no URL ({response.status_code})")


def _refuse_other_origin(before: str, after: str) -> None:
    """Raise :class:`ServiceError` where a sign-in would go to another origin."""
    if not have_same_origin(before, after):
        origin = "://".join(urlsplit(after)[:2])
        raise ServiceError(
            f"{shown_url(before)} leads the sign-in to another origin, {origin}.",
            hint="if that is right, name it in --os-auth-url",
        )
