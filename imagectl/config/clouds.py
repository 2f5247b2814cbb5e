"""The configuration of one cloud, typed and complete: :class:`CloudConfig`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from imagectl.config.options import FEDERATION_OPTIONS
from imagectl.config.precedence import MergedSettings, as_text, merge_settings
from imagectl.errors import UsageError

DEFAULT_INTERFACE = "public"
DEFAULT_DOMAIN_ID = "default"
CONNECT_TIMEOUT_S = 30.0
READ_TIMEOUT_S = 600.0
"""Long, because Glance answers an upload only when its store has all the data."""
MAX_TIMEOUT_S = 1e7
"""More is refused: the operating system's timers do not reach much further."""
ANSWER_TIMEOUT_S = 60.0
"""The read timeout for small answers: tokens and versions."""
SERVICES = ("identity", "image")
FILE_VARIABLES = ("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE")
"""Variables that name the files that describe clouds; they choose no cloud."""


RETRIES = 3
"""How often a read is tried again, where nothing is configured."""


@dataclass(frozen=True)
class Patience:
    """How long a request may take, and how often it is tried again.

    ``silence_s`` is between two pieces of an answer, ``total_s`` that of all of it with
    every attempt; a transfer of data has no such limit but for the answer's head.
    Requests that only read are tried again: where there is no connection, or where the
    service says that it is busy.
    """

    connect_s: float
    silence_s: float
    total_s: float
    connect_retries: int = RETRIES
    status_retries: int = RETRIES

    def for_small_answers(self) -> Patience:
        """Return the limits of answers that need no work of the service."""
        limit_s = min(self.total_s, ANSWER_TIMEOUT_S)
        return replace(self, silence_s=limit_s, total_s=limit_s)


@dataclass(frozen=True)
class ServiceConfig:
    """How the endpoint of one service is chosen, and how often it is asked again.

    ``interfaces`` are in order of preference. None means that nothing was configured.
    """

    interfaces: tuple[str, ...] = (DEFAULT_INTERFACE,)
    region_name: str | None = None
    endpoint_override: str | None = None
    api_version: str | None = None
    connect_retries: int = RETRIES
    status_retries: int = RETRIES


@dataclass(frozen=True)
class CloudConfig:
    """The configuration of one cloud.

    ``auth_type`` is the name of a keystoneauth plugin and ``auth`` holds its options.
    ``verify`` and ``cert`` are those of requests: True, False or the path of a CA
    file; a certificate file, or a pair of certificate and key. ``federation`` holds
    the options of Keystone-to-Keystone, without those that are unset. ``hint`` tells
    the user where else credentials might be configured.
    """

    auth_type: str = "password"
    auth: Mapping[str, Any] = field(default_factory=dict, repr=False)
    name: str = ""
    interfaces: tuple[str, ...] = (DEFAULT_INTERFACE,)
    region_name: str | None = None
    services: Mapping[str, ServiceConfig] = field(default_factory=dict)
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    default_domain: str = DEFAULT_DOMAIN_ID
    federation: Mapping[str, str] = field(default_factory=dict)
    connect_timeout_s: float = CONNECT_TIMEOUT_S
    read_timeout_s: float = READ_TIMEOUT_S
    token_cache: bool = True
    hint: str = ""

    def patience(self, service_type: str = "identity") -> Patience:
        """Return the limits of requests to a service."""
        service = self.service(service_type)
        return Patience(
            self.connect_timeout_s,
            self.read_timeout_s,
            self.read_timeout_s,
            service.connect_retries,
            service.status_retries,
        )

    def service(self, service_type: str) -> ServiceConfig:
        """Return the configuration of a service, by default that of the whole cloud."""
        plain = ServiceConfig(self.interfaces, self.region_name)
        return self.services.get(service_type, plain)


def load_cloud(options: argparse.Namespace, environ: Mapping[str, str]) -> CloudConfig:
    """Return the configuration that options, ``OS_*`` variables and files give.

    ``options`` are those of :func:`add_global_options`. Their precedence is that of
    openstacksdk 4.22: see :mod:`imagectl.config.precedence`. Missing credentials are
    no error here, because a command may need none. Raises :class:`UsageError` for a
    cloud or region that does not exist, for files that are not laid out as expected,
    and for values that make no sense.
    """
    merged = merge_settings(options, environ)
    settings = merged.settings
    given_domain = as_text("default_domain", settings.get("default_domain"))
    default_domain = given_domain or DEFAULT_DOMAIN_ID
    is_cached = getattr(options, "token_cache", None) is not False
    timeout_s = _parse_seconds(settings.get("api_timeout"))
    return CloudConfig(
        auth_type=_choose_auth_type(merged),
        auth=_complete_auth(merged, default_domain),
        name=merged.name,
        interfaces=_read_interfaces(settings.get("interface")),
        region_name=as_text("region_name", settings.get("region_name")),
        services={name: _read_service(name, settings) for name in SERVICES},
        verify=_read_verify(settings),
        cert=_read_cert(settings),
        default_domain=default_domain,
        federation={
            name: value
            for name, _ in FEDERATION_OPTIONS
            if (value := as_text(name, settings.get(name)))
        },
        connect_timeout_s=timeout_s or CONNECT_TIMEOUT_S,
        read_timeout_s=timeout_s or READ_TIMEOUT_S,
        token_cache=is_cached and not environ.get("IMAGECTL_NO_TOKEN_CACHE"),
        hint=merged.hint,
    )


def load_named_cloud(
    name: str, environ: Mapping[str, str], region_name: str | None = None
) -> CloudConfig:
    """Return the configuration of a second cloud, from the files alone.

    Options and ``OS_*`` variables are not applied, since they describe the cloud that
    the command itself runs on. Raises :class:`UsageError` as :func:`load_cloud` does.
    """
    kept = {
        key: value
        for key, value in environ.items()
        if key in FILE_VARIABLES or not key.startswith("OS_")
    }
    return load_cloud(argparse.Namespace(cloud=name, region_name=region_name), kept)


def _choose_auth_type(merged: MergedSettings) -> str:
    """Return the configured plugin, or the one that fits the credentials."""
    settings, auth = merged.settings, merged.auth
    given = settings.get("auth_type", settings.get("auth_plugin"))
    chosen = as_text("auth_type", given)
    if chosen:
        aliases = {"None": "none", "token_endpoint": "admin_token"}
        return aliases.get(chosen, chosen)
    if "token" in auth and "endpoint" in auth:
        return "admin_token"
    if "token" in auth and not {"username", "user_id"} & auth.keys():
        is_versioned = str(auth.get("auth_url")).rstrip("/").endswith("/v3")
        return "v3token" if is_versioned else "token"
    return "password"


def _complete_auth(merged: MergedSettings, default_domain: str) -> dict[str, Any]:
    """Add missing domains, and expand ``{region_name}`` and the like in the URL."""
    auth = dict(merged.auth)
    if "project_id" in auth or "project_name" in auth:
        for kind in ("id", "name"):
            domain = auth.pop(f"domain_{kind}", None)
            if domain:
                auth.setdefault(f"user_domain_{kind}", domain)
                auth.setdefault(f"project_domain_{kind}", domain)
    for owner, name in (("user", "username"), ("project", "project_name")):
        has_domain = {f"{owner}_domain_id", f"{owner}_domain_name"} & auth.keys()
        is_given = {"default_domain_id", "default_domain_name"} & auth.keys()
        if name in auth and not has_domain and not is_given:
            auth[f"{owner}_domain_id"] = default_domain
    if isinstance(auth.get("auth_methods"), str):
        auth["auth_methods"] = _methods(auth["auth_methods"])
    if "auth_url" in auth:
        auth["auth_url"] = _expand(auth["auth_url"], merged.settings)
    return auth


def _read_service(name: str, settings: Mapping[str, Any]) -> ServiceConfig:
    def value(key: str) -> str | None:
        return as_text(f"{name}_{key}", settings.get(f"{name}_{key}"))

    override = value("endpoint_override") or value("endpoint")
    if name == "image":
        general = settings.get("endpoint_override")
        override = override or as_text("endpoint_override", general)

    def retries(key: str) -> int:
        given = settings.get(f"{name}_{key}", settings.get(key))
        return RETRIES if given is None else _parse_count(key, given)

    return ServiceConfig(
        interfaces=_read_interfaces(
            settings.get(f"{name}_interface") or settings.get("interface")
        ),
        region_name=value("region_name")
        or as_text("region_name", settings.get("region_name")),
        endpoint_override=_expand(override, settings) if override else None,
        api_version=value("api_version"),
        connect_retries=retries("connect_retries"),
        status_retries=retries("status_code_retries"),
    )


def _read_interfaces(value: Any) -> tuple[str, ...]:
    """Return interfaces in order of preference; ``publicURL`` is an older name."""
    names = value if isinstance(value, list) else [value]
    texts = [as_text("interface", name) or DEFAULT_INTERFACE for name in names]
    return tuple(text.removesuffix("URL") for text in texts) or (DEFAULT_INTERFACE,)


def _methods(text: str) -> list[str]:
    """Return the items of ``password,totp``; raises :class:`UsageError`."""
    methods = text.split(",")
    if not all(method.strip() for method in methods):
        raise UsageError(f"auth_methods '{text}' has an empty item.")
    return methods


def _expand(text: str, settings: Mapping[str, Any]) -> str:
    if "{" not in text:
        return text
    plain = {key: value for key, value in settings.items() if isinstance(value, str)}
    try:
        return text.format(**plain)
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        raise UsageError(f"Cannot expand {text}: {error} is not configured.") from error


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _read_verify(settings: Mapping[str, Any]) -> bool | str:
    verify = settings.get("verify", True)
    if _is_true(settings.get("insecure")) or str(verify).lower() == "false":
        return False
    if settings.get("cacert"):
        return os.path.expanduser(as_text("cacert", settings["cacert"]) or "")
    return True if _is_true(verify) else os.path.expanduser(str(verify))


def _read_cert(settings: Mapping[str, Any]) -> str | tuple[str, str] | None:
    cert, key = (as_text(name, settings.get(name)) for name in ("cert", "key"))
    if not cert:
        return None
    path = os.path.expanduser(cert)
    return (path, os.path.expanduser(key)) if key else path


def _parse_seconds(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds <= MAX_TIMEOUT_S or isinstance(value, bool):
        raise UsageError(f"api_timeout is no number of seconds: {value}")
    return seconds


def _parse_count(key: str, value: Any) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise UsageError(f"{key} is no number of 0 or more: {value}")
    return int(text)
