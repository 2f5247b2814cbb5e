"""The session with one cloud: tokens, endpoints and requests."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from imagectl.auth import discovery
from imagectl.auth.access import Access, find_endpoint_url
from imagectl.auth.auth_types import (
    FIXED_ENDPOINT_TYPES,
    HEADER_TYPES,
    check_auth_url,
    fixed_endpoint,
    open_token_cache,
)
from imagectl.auth.password import fetch_by_password
from imagectl.auth.token_cache import TokenCache
from imagectl.config.clouds import CloudConfig
from imagectl.errors import ServiceError
from imagectl.http.request_log import RequestLog

if TYPE_CHECKING:
    import requests
    from keystoneclient.v3.client import Client

FRESH_S = 60.0
"""A token that is refused sooner than this after its issue is not renewed: the next
token would be refused as well."""


class Session:
    """Requests to the services of one cloud, authenticated as it is configured.

    Nothing is sent, and neither requests nor keystoneauth is imported, before it is
    needed. The token comes from the token cache, or is fetched and cached. ``environ``
    are the variables that say where the cache is; by default those of the process.

    Every method raises :class:`imagectl.errors.ImagectlError`: ``AccessError`` for
    missing or refused credentials, ``ServiceError`` for a service that cannot be
    reached or is not in the catalog, ``UsageError`` for an unusable configuration.
    """

    def __init__(
        self, config: CloudConfig, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self.config = config
        self.request_log = RequestLog()
        self.created: dict[str, str] = {}
        """What was created and is not shown yet: words that name it, by id."""
        self._environ = os.environ if environ is None else environ
        self._http: requests.Session | None = None
        self._dry_run_http: requests.Session | None = None
        self._access: Access | None = None
        self._issued_at = float("-inf")
        self._roots: dict[str, str] = {}
        self._lock = threading.RLock()

    @property
    def http(self) -> requests.Session:
        """The HTTP session underneath, without tokens or translation of errors."""
        with self._lock:
            if self._http is None:
                from imagectl.http.transport import open_http

                self._http = open_http(self.config, self.request_log)
            return self._http

    @property
    def access(self) -> Access:
        """The token with its user, scope and catalog, cached or from Keystone."""
        with self._lock:
            if self._access is None:
                self._access = self._load() or self._fetch()
            return self._access

    @property
    def token(self) -> str:
        """The value of ``X-Auth-Token``."""
        if self.config.auth_type == "admin_token":
            return str(self.config.auth.get("token", ""))
        return self.access.token

    @property
    def project_id(self) -> str | None:
        """The id of the token's project; None for another scope, or without a token."""
        has_token = self.config.auth_type not in FIXED_ENDPOINT_TYPES | HEADER_TYPES
        return self.access.project_id if has_token else None

    def api_root(self, service_type: str) -> str:
        """Return the root URL of the supported API version (``http://host:9292/v2``).

        It has no trailing slash. If the endpoint's URL has no version, the endpoint is
        asked for its versions, and the answer is cached with the token.
        """
        discovery.check_api_version(self.config, service_type)
        url = self.endpoint(service_type)
        root = discovery.versioned_root(service_type, url)
        return root or self._roots.get(url) or self._discover(service_type, url)

    def endpoint(self, service_type: str) -> str:
        """Return the configured URL of a service, or else the one in the catalog."""
        service = self.config.service(service_type)
        if service.endpoint_override:
            return service.endpoint_override
        if self.config.auth_type in FIXED_ENDPOINT_TYPES:
            return fixed_endpoint(self.config, service_type)
        if service_type == "identity" and not self.access.catalog:
            return str(self.config.auth["auth_url"])
        where = (service_type, service.interfaces, service.region_name)
        try:
            return find_endpoint_url(self.access, *where)
        except ServiceError:
            # Endpoints may have been added since the token was cached.
            if not self.renew():
                raise
            return find_endpoint_url(self.access, *where)

    def request(
        self,
        method: str,
        url: str,
        *,
        service_type: str = "",
        authenticated: bool = True,
        replayable: bool = True,
        **requests_kwargs: Any,
    ) -> requests.Response:
        """Send one request to an absolute URL and return the answer.

        An answer of 400 or more is returned like any other. If the token is refused,
        it is renewed, and the request is sent a second time if it is ``replayable``:
        if its body can be sent again. Redirects are followed for GET and HEAD only,
        and the token is not sent to another origin. How long it may take, and how often
        a read is tried again, is configured by ``service_type``. ``requests_kwargs``
        are those of ``requests.Session.request``.
        """
        requests_kwargs.setdefault("timeout", self.config.patience(service_type))
        headers = dict(requests_kwargs.pop("headers", None) or {})
        sent = self._credentials() if authenticated else {}
        response = self._send(method, url, {**sent, **headers}, requests_kwargs)
        is_refused = response.status_code == 401 and "X-Auth-Token" in sent
        if is_refused and self.renew(sent["X-Auth-Token"]) and replayable:
            response.close()
            headers = {**self._credentials(), **headers}
            response = self._send(method, url, headers, requests_kwargs)
        return response

    def renew(self, refused: str | None = None) -> bool:
        """Forget the token if a new one may help, and tell whether it may.

        It does not help if the token was fetched less than ``FRESH_S`` ago. If
        ``refused`` is given and is not the current token, another thread has renewed
        it already: nothing is forgotten, and the answer is True.
        """
        with self._lock:
            if self._access is None or refused not in (None, self._access.token):
                return self.config.auth_type not in FIXED_ENDPOINT_TYPES
            if time.monotonic() - self._issued_at < FRESH_S:
                return False
            self.forget()
            return True

    def forget(self) -> None:
        """Forget the token, here and in the cache; the next request fetches another."""
        with self._lock:
            self._access = None
            self.discard_cached_token()

    def discard_cached_token(self) -> None:
        """Remove the token from the cache, for example because its catalog changed."""
        if self._cache:
            self._cache.discard()

    @contextmanager
    def keystone(self) -> Iterator[Client]:
        """Yield a keystoneclient that uses this session's token and connections.

        What it raises in the block is turned into imagectl's errors.
        """
        from imagectl.auth.plugins import open_keystone, translate_errors

        root, http = self.api_root("identity"), self._dry_run_http or self.http
        with translate_errors():
            yield open_keystone(self.config, http, root, lambda: self.token, self.renew)

    @contextmanager
    def dry_run(self, write: Callable[[str], object]) -> Iterator[None]:
        """Send no request that changes something while the block runs.

        ``write`` is called with the text of each request that is not sent.
        """
        from imagectl.http.transport import open_dry_run

        self._dry_run_http = open_dry_run(self.http, write)
        try:
            yield
        finally:
            self._dry_run_http = None
            self.created.clear()

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()

    @cached_property
    def _cache(self) -> TokenCache | None:
        return open_token_cache(self.config, self._environ)

    def _load(self) -> Access | None:
        cached = self._cache.load() if self._cache else None
        if cached is None:
            return None
        access, self._roots = cached
        return access

    def _fetch(self) -> Access:
        check_auth_url(self.config)
        access = fetch_by_password(self.config, self.http)
        if access is None:
            from imagectl.auth.plugins import fetch_access

            access = fetch_access(self.config, self._plugin, self.http)
        self._issued_at = time.monotonic()
        self._roots = {}
        if self._cache:
            self._cache.save(access, self._roots)
        return access

    @cached_property
    def _plugin(self) -> Any:
        """The plugin of keystoneauth. It is kept: it may hold a password typed in."""
        from imagectl.auth.plugins import open_plugin

        return open_plugin(self.config)

    def _credentials(self) -> dict[str, str]:
        auth_type = self.config.auth_type
        if auth_type == "none":
            return {}
        if auth_type not in HEADER_TYPES:
            return {"X-Auth-Token": self.token}
        check_auth_url(self.config)
        from imagectl.auth.plugins import fetch_headers

        return fetch_headers(self.config, self._plugin, self.http)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], options: dict[str, Any]
    ) -> requests.Response:
        from requests import RequestException

        from imagectl.http.transport import refuse_redirect

        settings = {
            "verify": self.config.verify,
            "allow_redirects": method in ("GET", "HEAD"),
            **options,
        }
        try:
            http = self._dry_run_http or self.http
            response = http.request(method, url, headers=headers, **settings)
        except RequestException as error:
            from imagectl.http.failures import from_requests

            # The service may have moved since the catalog was cached.
            self.renew()
            raise from_requests(error, url) from error
        return refuse_redirect(method, response)

    def _discover(self, service_type: str, url: str) -> str:
        patience = self.config.patience(service_type).for_small_answers()
        response = self._send("GET", url, {}, {"timeout": patience})
        self._roots[url] = discovery.choose_root(
            service_type, url, response.status_code, response.content
        )
        if self._access is not None and self._cache:
            self._cache.save(self._access, self._roots)
        return self._roots[url]
