"""Authentication with a password, without keystoneauth, whose import is slow.

Only the common case is handled: a Keystone v3 URL, a user and a password. keystoneauth
handles all other cases. It also repeats a request whose answer is not as expected, so
that the user sees the same errors in either case.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagectl.auth.access import Access, read_access
from imagectl.auth.refusals import refusal
from imagectl.config.clouds import CloudConfig
from imagectl.errors import ServiceError
from imagectl.http.bodies import broken, read_json
from imagectl.http.redaction import hide, secrets_in

if TYPE_CHECKING:
    import requests

SCOPES = {
    "trust": ("trust_id",),
    "system": ("system_scope",),
    "domain": ("domain_id", "domain_name"),
    "project": ("project_id", "project_name"),
}
"""The scopes of a token, and the options that ask for each. A token has one scope;
keystoneauth refuses options for several."""


def fetch_by_password(config: CloudConfig, http: requests.Session) -> Access | None:
    """Return a token for the configured password; None to leave it to keystoneauth.

    Raises :class:`AccessError` for a refused password, which keystoneauth would only
    send again, and what :func:`from_requests` returns if there is no answer.
    """
    auth, url = config.auth, str(config.auth.get("auth_url") or "").rstrip("/")
    is_named = auth.get("user_id") or auth.get("username")
    is_plain = config.auth_type == "password" and url.endswith("/v3")
    has_one_scope = not config.federation and len(requested_scopes(auth)) < 2
    if not (is_plain and has_one_scope and is_named and auth.get("password")):
        return None
    received_at = time.time()
    response = _post(config, http, url, {"auth": build_request(auth)})
    if response.status_code == 401 and "Openstack-Auth-Receipt" not in response.headers:
        raise refusal(config, 401, _read_reason(response), _request_id(response))
    token = response.headers.get("X-Subject-Token")
    if token is None or response.status_code != 201:
        return None
    document = read_json(response)
    if not isinstance(document, dict):
        raise broken(response, "JSON that is no object")
    return read_access(token, document, received_at)


def _post(
    config: CloudConfig, http: requests.Session, url: str, body: Mapping[str, Any]
) -> requests.Response:
    from requests import RequestException

    from imagectl.http.failures import from_requests

    url = f"{url}/auth/tokens"
    try:
        return http.post(
            url,
            json=body,
            verify=config.verify,
            allow_redirects=False,
        )
    except RequestException as error:
        raise from_requests(error, url) from error


def _read_reason(response: requests.Response) -> str:
    try:
        reason = str(read_json(response)["error"]["message"])
        return hide(reason, secrets_in(response.request))
    except (ServiceError, LookupError, TypeError):
        return response.reason


def _request_id(response: requests.Response) -> str | None:
    return response.headers.get("X-Openstack-Request-Id")


def build_request(auth: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of ``POST /v3/auth/tokens`` for the options of the plugin."""
    user = _identify(auth, "user_", "user_id", "username")
    identity = {
        "methods": ["password"],
        "password": {"user": {**user, "password": auth["password"]}},
    }
    scope = _scope(auth)
    return {"identity": identity, **({"scope": scope} if scope else {})}


def requested_scopes(auth: Mapping[str, Any]) -> list[str]:
    """Return the scopes that the options ask for: none, one, or conflicting ones."""
    return [scope for scope, keys in SCOPES.items() if any(map(auth.get, keys))]


def _scope(auth: Mapping[str, Any]) -> dict[str, Any]:
    for scope in requested_scopes(auth):
        if scope == "trust":
            return {"OS-TRUST:trust": {"id": auth["trust_id"]}}
        if scope == "system":
            return {"system": {"all": True}}
        prefix = "project_" if scope == "project" else ""
        return {scope: _identify(auth, prefix, f"{scope}_id", f"{scope}_name")}
    return {}


def _identify(
    auth: Mapping[str, Any], prefix: str, id_key: str, name_key: str
) -> dict[str, Any]:
    """Return the id of a user, project or domain, or its name and its domain.

    ``prefix`` is that of the options with its domain; "" for a domain itself.
    """
    if auth.get(id_key):
        return {"id": auth[id_key]}
    named = {"name": auth[name_key]}
    if not prefix:
        return named
    for key in ("id", "name"):
        domain = auth.get(f"{prefix}domain_{key}") or auth.get(f"default_domain_{key}")
        if domain:
            return {**named, "domain": {key: domain}}
    return named
