"""An authenticated conversation with one cloud, begun when it is first needed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from imagectl.auth import discovery
from imagectl.auth.catalog import Access, find_endpoint
from imagectl.auth.credentials import (
    FIXED_ENDPOINT,
    OWN_HEADERS,
    check_auth_url,
    check_version,
    fixed_endpoint,
    open_cache,
)
from imagectl.auth.password import fetch_by_password
from imagectl.auth.tokens import TokenCache
from imagectl.config.clouds import CloudConfig
from imagectl.errors import ServiceError
from imagectl.http.timing import Exchanges

if TYPE_CHECKING:
    import requests
    from keystoneclient.v3.client import Client

FRESH_S = 60.0
"""A token refused within this time of its issue would be refused again."""


class Session:
    """Making one sends nothing, and imports neither requests nor keystoneauth.

    All methods raise :class:`imagectl.errors.ImagectlError`: AccessError for missing
    or refused credentials, ServiceError for a service that cannot be reached or is
    not in the catalog, UsageError for a configuration that makes no sense.
    """

    def __init__(
        self, config: CloudConfig, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self.config = config
        self.exchanges = Exchanges()
        self._environ = os.environ if environ is None else environ
        self._http: requests.Session | None = None
        self._rehearsal: requests.Session | None = None
        self._access: Access | None = None
        self._issued_at = float("-inf")
        self._roots: dict[str, str] = {}
        self._lock = threading.RLock()

    @property
    def http(self) -> requests.Session:
        """The plain HTTP session: no token, no errors of ours."""
        with self._lock:
            if self._http is None:
                from imagectl.http.transport import open_http

                self._http = open_http(self.config, self.exchanges)
            return self._http

    @property
    def access(self) -> Access:
        """The token with all that Keystone says of it, from the cache or fresh."""
        with self._lock:
            if self._access is None:
                self._access = self._load() or self._fetch()
            return self._access

    @property
    def token(self) -> str:
        if self.config.auth_type == "admin_token":
            return str(self.config.auth.get("token", ""))
        return self.access.token

    @property
    def project_id(self) -> str | None:
        """The project that the token is for; None where there is none, or no token."""
        has_token = self.config.auth_type not in FIXED_ENDPOINT | OWN_HEADERS
        return self.access.project_id if has_token else None

    def api_root(self, service_type: str) -> str:
        """Return the root of the API version we speak (``http://host:9292/v2``).

        It has no trailing slash. An endpoint that names no version is asked once,
        and the answer is kept with the token.
        """
        check_version(self.config, service_type)
        url = self.endpoint(service_type)
        root = discovery.versioned_root(service_type, url)
        return root or self._roots.get(url) or self._discover(service_type, url)

    def endpoint(self, service_type: str) -> str:
        """Return the service's URL as the user or else the catalog gives it."""
        service = self.config.service(service_type)
        if service.endpoint_override:
            return service.endpoint_override
        if self.config.auth_type in FIXED_ENDPOINT:
            return fixed_endpoint(self.config, service_type)
        if service_type == "identity" and not self.access.catalog:
            return str(self.config.auth["auth_url"])
        where = (service_type, service.interfaces, service.region_name)
        try:
            return find_endpoint(self.access, *where)
        except ServiceError:
            # Endpoints may have been added since the token was kept.
            if not self.renew():
                raise
            return find_endpoint(self.access, *where)

    def request(
        self,
        method: str,
        url: str,
        *,
        authenticated: bool = True,
        replayable: bool = True,
        **requests_kwargs: Any,
    ) -> requests.Response:
        """Send one request to an absolute URL and return the answer, whatever it is.

        Where a token is refused that may have expired, a new one is fetched and, if
        the request is ``replayable`` (its body can be sent again), it is sent once
        more. Only GET and HEAD follow redirects; another host never sees the token.
        """
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
        """Forget the token unless it is fresh; say whether the next may do better."""
        with self._lock:
            if self._access is None or refused not in (None, self._access.token):
                return self.config.auth_type not in FIXED_ENDPOINT
            if time.monotonic() - self._issued_at < FRESH_S:
                return False
            self.forget()
            return True

    def forget(self) -> None:
        """Drop the token, here and on disk; the next use authenticates."""
        with self._lock:
            self._access = None
            self.discard_kept()

    def discard_kept(self) -> None:
        """Drop the token on disk, as when its catalog is out of date from now on."""
        if self._cache:
            self._cache.discard()

    def keystone(self) -> Client:
        """Return a keystoneclient that uses our token, connections and endpoint.

        What it raises is turned into errors of ours by ``failures.from_keystoneauth``.
        """
        from imagectl.auth.plugins import open_keystone

        root, http = self.api_root("identity"), self._rehearsal or self.http
        return open_keystone(self.config, http, root, lambda: self.token, self.renew)

    @contextmanager
    def rehearsed(self, write: Callable[[str], object]) -> Iterator[None]:
        """Within the block tell ``write`` of requests that change, and send none."""
        from imagectl.http.transport import open_rehearsal

        self._rehearsal = open_rehearsal(self.http, write)
        try:
            yield
        finally:
            self._rehearsal = None

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    @cached_property
    def _cache(self) -> TokenCache | None:
        return open_cache(self.config, self._environ)

    def _load(self) -> Access | None:
        kept = self._cache.load() if self._cache else None
        if kept is None:
            return None
        access, self._roots = kept
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
        """The keystoneauth plugin; kept, because it may hold a password typed in."""
        from imagectl.auth.plugins import open_plugin

        return open_plugin(self.config)

    def _credentials(self) -> dict[str, str]:
        auth_type = self.config.auth_type
        if auth_type == "none":
            return {}
        if auth_type not in OWN_HEADERS:
            return {"X-Auth-Token": self.token}
        check_auth_url(self.config)
        from imagectl.auth.plugins import fetch_headers

        return fetch_headers(self.config, self._plugin, self.http)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], options: dict[str, Any]
    ) -> requests.Response:
        from requests import RequestException

        from imagectl.http.transport import refuse_redirect

        config = self.config
        settings = {
            "timeout": (config.connect_timeout_s, config.read_timeout_s),
            "verify": config.verify,
            "allow_redirects": method in ("GET", "HEAD"),
            **options,
        }
        try:
            http = self._rehearsal or self.http
            response = http.request(method, url, headers=headers, **settings)
        except RequestException as error:
            from imagectl.http.failures import from_requests

            # A kept catalog may name a place from which the service has moved.
            self.renew()
            raise from_requests(error, url) from error
        return refuse_redirect(method, response)

    def _discover(self, service_type: str, url: str) -> str:
        timeout = (self.config.connect_timeout_s, self.config.answer_timeout_s)
        response = self._send("GET", url, {}, {"timeout": timeout})
        self._roots[url] = discovery.choose_root(
            service_type, url, response.status_code, response.text
        )
        if self._access is not None and self._cache:
            self._cache.save(self._access, self._roots)
        return self._roots[url]
