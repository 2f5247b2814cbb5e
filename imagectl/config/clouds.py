"""From options, environment and clouds.yaml to one CloudConfig."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagectl.config.layers import Selection, select_settings
from imagectl.config.options import FEDERATION_OPTIONS
from imagectl.errors import UsageError

DEFAULT_INTERFACE = "public"
DEFAULT_DOMAIN_ID = "default"
CONNECT_TIMEOUT_S = 30.0
READ_TIMEOUT_S = 600.0
"""Glance answers an upload only once its store has all of it."""
ANSWER_TIMEOUT_S = 60.0
"""For answers that no service has to work for: tokens and versions."""
SERVICES = ("identity", "image")
FILES = ("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE")
"""Variables that say where clouds are described, not which one is meant."""


@dataclass(frozen=True)
class ServiceConfig:
    """How one service's endpoint is chosen; earlier ``interfaces`` are preferred."""

    interfaces: tuple[str, ...] = (DEFAULT_INTERFACE,)
    region_name: str | None = None
    endpoint_override: str | None = None
    api_version: str | None = None


@dataclass(frozen=True)
class CloudConfig:
    """All that is needed to speak to one cloud, as the user configured it."""

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

    @property
    def answer_timeout_s(self) -> float:
        return min(self.read_timeout_s, ANSWER_TIMEOUT_S)

    def service(self, service_type: str) -> ServiceConfig:
        plain = ServiceConfig(self.interfaces, self.region_name)
        return self.services.get(service_type, plain)


def load_cloud(options: argparse.Namespace, environ: Mapping[str, str]) -> CloudConfig:
    """Return the configuration that the options, OS_* variables and files make.

    The command line wins over the environment, the environment over clouds.yaml, as
    for `openstack` 10.5 (openstacksdk 4.22, ``config/loader.py``). Nothing is said
    of missing credentials: a command may need none. Raises :class:`UsageError`.
    """
    given = {k: v for k, v in vars(options).items() if v not in (None, "")}
    selection = select_settings(given, environ)
    settings = selection.settings
    default_domain = str(settings.get("default_domain") or DEFAULT_DOMAIN_ID)
    is_cached = given.get("token_cache", True)
    timeout_s = _seconds(settings.get("api_timeout"))
    return CloudConfig(
        auth_type=_auth_type(selection),
        auth=_auth(selection, default_domain),
        name=selection.name,
        interfaces=_interfaces(settings.get("interface")),
        region_name=settings.get("region_name") or None,
        services={name: _service(name, settings) for name in SERVICES},
        verify=_verify(settings),
        cert=_cert(settings),
        default_domain=default_domain,
        federation={
            name: str(settings[name])
            for name, _ in FEDERATION_OPTIONS
            if settings.get(name)
        },
        connect_timeout_s=timeout_s or CONNECT_TIMEOUT_S,
        read_timeout_s=timeout_s or READ_TIMEOUT_S,
        token_cache=is_cached and not environ.get("IMAGECTL_NO_TOKEN_CACHE"),
        hint=selection.hint,
    )


def load_named_cloud(
    name: str, environ: Mapping[str, str], region_name: str | None = None
) -> CloudConfig:
    """Return the configuration of a cloud beside the one in use.

    The files alone say what it is: options and variables mean the other one. Raises
    :class:`UsageError`.
    """
    kept = {k: v for k, v in environ.items() if k in FILES or not k.startswith("OS_")}
    return load_cloud(argparse.Namespace(cloud=name, region_name=region_name), kept)


def _auth_type(selection: Selection) -> str:
    """Return the plugin asked for, or the one that the credentials fit."""
    settings, auth = selection.settings, selection.auth
    chosen = settings.get("auth_type", settings.get("auth_plugin"))
    if chosen:
        aliases = {"None": "none", "token_endpoint": "admin_token"}
        return aliases.get(chosen, str(chosen))
    if "token" in auth and "endpoint" in auth:
        return "admin_token"
    if "token" in auth and not {"username", "user_id"} & auth.keys():
        is_versioned = str(auth.get("auth_url")).rstrip("/").endswith("/v3")
        return "v3token" if is_versioned else "token"
    return "password"


def _auth(selection: Selection, default_domain: str) -> dict[str, Any]:
    """Complete the domains, and expand ``{region_name}`` and the like in the URL."""
    auth = dict(selection.auth)
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
        auth["auth_methods"] = auth["auth_methods"].split(",")
    if "auth_url" in auth:
        auth["auth_url"] = _expand(auth["auth_url"], selection.settings)
    return auth


def _service(name: str, settings: Mapping[str, Any]) -> ServiceConfig:
    def value(key: str) -> Any:
        return settings.get(f"{name}_{key}") or None

    override = value("endpoint_override") or value("endpoint")
    if name == "image":
        override = override or settings.get("endpoint_override")
    version = value("api_version")
    return ServiceConfig(
        interfaces=_interfaces(value("interface") or settings.get("interface")),
        region_name=value("region_name") or settings.get("region_name") or None,
        endpoint_override=_expand(str(override), settings) if override else None,
        api_version=str(version) if version else None,
    )


def _interfaces(value: Any) -> tuple[str, ...]:
    """Return interfaces in order of preference; ``publicURL`` is an older spelling."""
    names = value if isinstance(value, list) else [value or DEFAULT_INTERFACE]
    return tuple(str(name).removesuffix("URL") for name in names)


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


def _verify(settings: Mapping[str, Any]) -> bool | str:
    verify = settings.get("verify", True)
    if _is_true(settings.get("insecure")) or str(verify).lower() == "false":
        return False
    if settings.get("cacert"):
        return os.path.expanduser(str(settings["cacert"]))
    return True if _is_true(verify) else os.path.expanduser(str(verify))


def _cert(settings: Mapping[str, Any]) -> str | tuple[str, str] | None:
    cert, key = settings.get("cert"), settings.get("key")
    if not cert:
        return None
    path = os.path.expanduser(str(cert))
    return (path, os.path.expanduser(str(key))) if key else path


def _seconds(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise UsageError(f"api_timeout is no number of seconds: {value}") from None
