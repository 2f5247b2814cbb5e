"""Signing in with a password, without the import of keystoneauth that it takes.

Only the plain case is here: Keystone's v3 URL, a user and a password. keystoneauth does
the rest, and whatever is not answered as expected, so that both fail alike.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagectl.auth.catalog import Access, read_access
from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError

if TYPE_CHECKING:
    import requests

TARGETS = {
    "trust": ("trust_id",),
    "system": ("system_scope",),
    "domain": ("domain_id", "domain_name"),
    "project": ("project_id", "project_name"),
}
"""What a token may be for; of several, keystoneauth says that it can be one."""


def fetch_by_password(config: CloudConfig, http: requests.Session) -> Access | None:
    """Return the token that a password gets; None where keystoneauth is to ask.

    Raises :class:`AccessError` for a refused password, which is not tried again.
    """
    auth, url = config.auth, str(config.auth.get("auth_url") or "").rstrip("/")
    is_named = auth.get("user_id") or auth.get("username")
    is_plain = config.auth_type == "password" and url.endswith("/v3")
    is_here = not config.federation and len(targets(auth)) < 2
    if not (is_plain and is_here and is_named and auth.get("password")):
        return None
    received_at = time.time()
    response = _post(config, http, url, {"auth": build_request(auth)})
    if response.status_code == 401 and "Openstack-Auth-Receipt" not in response.headers:
        raise _refusal(response)
    token = response.headers.get("X-Subject-Token")
    try:
        document = response.json() if response.status_code == 201 else None
    except ValueError:
        return None
    if token is None or not isinstance(document, dict):
        return None
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
            timeout=config.answer_timeout_s,
            verify=config.verify,
            allow_redirects=False,
        )
    except RequestException as error:
        raise from_requests(error, url) from error


def _refusal(response: requests.Response) -> AccessError:
    from imagectl.http.failures import CREDENTIALS_HINT

    try:
        reason = str(response.json()["error"]["message"])
    except (ValueError, LookupError, TypeError):
        reason = response.reason
    return AccessError(
        reason,
        status=401,
        request_id=response.headers.get("X-Openstack-Request-Id"),
        hint=CREDENTIALS_HINT,
    )


def build_request(auth: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of ``POST /v3/auth/tokens`` that the options stand for."""
    user = _named(auth, "user_", "user_id", "username")
    identity = {
        "methods": ["password"],
        "password": {"user": {**user, "password": auth["password"]}},
    }
    scope = _scope(auth)
    return {"identity": identity, **({"scope": scope} if scope else {})}


def targets(auth: Mapping[str, Any]) -> list[str]:
    """Return what the token is to be for, by the options that name it."""
    return [what for what, keys in TARGETS.items() if any(map(auth.get, keys))]


def _scope(auth: Mapping[str, Any]) -> dict[str, Any]:
    for target in targets(auth):
        if target == "trust":
            return {"OS-TRUST:trust": {"id": auth["trust_id"]}}
        if target == "system":
            return {"system": {"all": True}}
        prefix = "project_" if target == "project" else ""
        return {target: _named(auth, prefix, f"{target}_id", f"{target}_name")}
    return {}


def _named(
    auth: Mapping[str, Any], prefix: str, id_key: str, name_key: str
) -> dict[str, Any]:
    """Return an owner by its id, or by its name and its domain's."""
    if auth.get(id_key):
        return {"id": auth[id_key]}
    owner = {"name": auth[name_key]}
    if not prefix:
        return owner
    for key in ("id", "name"):
        domain = auth.get(f"{prefix}domain_{key}") or auth.get(f"default_domain_{key}")
        if domain:
            return {**owner, "domain": {key: domain}}
    return owner
