"""How the auth types differ, decided without loading keystoneauth's plugins.

An auth type is the name of a keystoneauth plugin: ``password``, ``v3token``, ``none``.
"""

from __future__ import annotations

from collections.abc import Mapping

from imagectl.auth.token_cache import TokenCache, cache_directory
from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError, UsageError
from imagectl.http.urls import is_url, shown_url

FIXED_ENDPOINT_TYPES = frozenset({"none", "admin_token", "http_basic"})
"""They have one configured endpoint, and use neither a catalog nor Keystone."""
HEADER_TYPES = frozenset(
    {
        "http_basic",
        "v3oauth2clientcredential",
        "v3oauth2mtlsclientcredential",
        "v3tokenlessauth",
    }
)
"""They authenticate each request with headers other than ``X-Auth-Token``."""
PROMPTING_TYPES = frozenset(
    {"v3multifactor", "v3oidcauthcode", "v3oidcdeviceauthz", "v3totp", "v3websso"}
)
"""They ask the user, or need a new code, each time they authenticate."""


def open_token_cache(
    config: CloudConfig, environ: Mapping[str, str]
) -> TokenCache | None:
    """Return the cache entry of this configuration's token; None for no caching.

    A token is not cached when its user was asked for credentials: they are not part
    of the configuration, so the entry would be found again for somebody else.
    """
    is_prompted = config.auth_type.endswith("password") and not config.auth.get(
        "password"
    )
    uncached_types = PROMPTING_TYPES | HEADER_TYPES | FIXED_ENDPOINT_TYPES
    is_uncached = config.auth_type in uncached_types or not config.token_cache
    directory = cache_directory(environ)
    if is_prompted or is_uncached or directory is None:
        return None
    identity = {
        "auth_type": config.auth_type,
        "auth": config.auth,
        "federation": config.federation,
        # One got without verification may be an impostor's.
        "tls": [config.verify, config.cert],
    }
    return TokenCache(directory, identity)


def check_auth_url(config: CloudConfig) -> None:
    """Check that there is a Keystone to authenticate with, if the auth type needs one.

    Raises :class:`AccessError` for a missing URL, :class:`UsageError` for one that is
    neither http nor https.
    """
    url = config.auth.get("auth_url")
    bare = str(url).strip(" \t\"'")
    if url and (url != bare or not is_url(url)):
        is_wrapped = url != bare and is_url(bare)
        raise UsageError(
            f"The authentication URL is no http or https URL: {shown_url(url)}",
            hint="take away the quotes or blanks around it" if is_wrapped else "",
        )
    if url or config.auth_type in FIXED_ENDPOINT_TYPES:
        return
    hints = ["or name a cloud with --os-cloud or OS_CLOUD", config.hint]
    raise AccessError(
        f"Missing value auth-url required for auth plugin {config.auth_type}: "
        "set --os-auth-url, OS_AUTH_URL, or auth.auth_url in clouds.yaml",
        hint="; ".join(filter(None, hints)),
    )


def fixed_endpoint(config: CloudConfig, service_type: str) -> str:
    """Return the configured endpoint, for an auth type in FIXED_ENDPOINT_TYPES.

    Raises :class:`UsageError` where none is configured.
    """
    url = config.auth.get("endpoint")
    if url:
        return str(url)
    name = f"{service_type}_endpoint_override"
    option, variable = f"--os-{name.replace('_', '-')}", f"OS_{name.upper()}"
    raise UsageError(
        f"Auth type {config.auth_type} needs the {service_type} service's URL: "
        f"set {option}, {variable}, or {name} in clouds.yaml"
    )
