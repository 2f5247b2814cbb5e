"""What the auth types differ in, told without loading their plugins."""

from __future__ import annotations

from collections.abc import Mapping

from imagectl.auth.discovery import MAJOR_VERSIONS
from imagectl.auth.tokens import TokenCache, cache_directory
from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError, UsageError

FIXED_ENDPOINT = frozenset({"none", "admin_token", "http_basic"})
"""They know one endpoint, and neither a catalog nor Keystone."""
OWN_HEADERS = frozenset(
    {
        "http_basic",
        "v3oauth2clientcredential",
        "v3oauth2mtlsclientcredential",
        "v3tokenlessauth",
    }
)
"""They authenticate each request with headers of their own."""
ASKS_EACH_TIME = frozenset(
    {"v3multifactor", "v3oidcauthcode", "v3oidcdeviceauthz", "v3totp", "v3websso"}
)


def open_cache(config: CloudConfig, environ: Mapping[str, str]) -> TokenCache | None:
    """Return the token's place on disk; None where it is not to be kept.

    It is not for plugins that ask the user: what they are told belongs to no one
    that the configuration names.
    """
    is_prompted = config.auth_type.endswith("password") and not config.auth.get(
        "password"
    )
    is_lasting = config.auth_type not in ASKS_EACH_TIME | OWN_HEADERS | FIXED_ENDPOINT
    directory = cache_directory(environ)
    if is_prompted or not is_lasting or not config.token_cache or directory is None:
        return None
    identity = {
        "auth_type": config.auth_type,
        "auth": config.auth,
        "federation": config.federation,
    }
    return TokenCache(directory, identity)


def check_auth_url(config: CloudConfig) -> None:
    """Raise :class:`AccessError` where there is no Keystone to ask."""
    url = config.auth.get("auth_url")
    if url and not str(url).startswith(("http://", "https://")):
        raise UsageError(f"The authentication URL is no http or https URL: {url}")
    if url or config.auth_type in FIXED_ENDPOINT:
        return
    hints = ["or name a cloud with --os-cloud or OS_CLOUD", config.hint]
    raise AccessError(
        f"Missing value auth-url required for auth plugin {config.auth_type}: "
        "set --os-auth-url, OS_AUTH_URL, or auth.auth_url in clouds.yaml",
        hint="; ".join(filter(None, hints)),
    )


def fixed_endpoint(config: CloudConfig, service_type: str) -> str:
    """Return the one endpoint of an auth type without a catalog."""
    url = config.auth.get("endpoint")
    if url:
        return str(url)
    name = f"{service_type}_endpoint_override"
    option, variable = f"--os-{name.replace('_', '-')}", f"OS_{name.upper()}"
    raise UsageError(
        f"Auth type {config.auth_type} needs the {service_type} service's URL: "
        f"set {option}, {variable}, or {name} in clouds.yaml"
    )


def check_version(config: CloudConfig, service_type: str) -> None:
    """Raise :class:`UsageError` where the user wants a version we do not speak."""
    wanted = config.service(service_type).api_version
    major = MAJOR_VERSIONS.get(service_type)
    if wanted and major and wanted.lstrip("v").partition(".")[0] != str(major):
        raise UsageError(
            f"{service_type.capitalize()} API version {wanted} is not supported; "
            f"only version {major} is."
        )
