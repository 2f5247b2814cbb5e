"""``configuration show``: the settings after options, variables and files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import Any

from imagectl.command import ShowOne
from imagectl.config.clouds import load_cloud
from imagectl.config.options import AUTH_OPTIONS
from imagectl.config.precedence import merge_settings
from imagectl.http.redaction import redact_text

REDACTED = "<redacted>"
SECRET_ENDINGS = ("code", "passcode", "password", "secret", "token")
NESTED = ("domain_", "project_", "user_domain_", "token")
"""Settings that openstacksdk moves into ``auth`` (``config/loader.py``)."""


class Show(ShowOne):
    """Show the configuration that is in effect"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        masking = parser.add_mutually_exclusive_group()
        masking.add_argument(
            "--mask",
            action="store_true",
            default=True,
            help="Show no passwords and other secrets (default)",
        )
        masking.add_argument(
            "--unmask", dest="mask", action="store_false", help="Show secrets, too"
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        rows = dict(sorted(self.settings().items()))
        if parsed_args.mask:
            rows = {k: mask(k, v) for k, v in rows.items()}
        return self.columns(
            rows, self.select(list(rows), parsed_args.columns, list(rows))
        )

    def settings(self) -> dict[str, Any]:
        """Return all settings by the names that openstacksdk has for them."""
        config = load_cloud(self.app.options, os.environ)
        settings = merge_settings(self.app.options, os.environ).settings
        auth_names = {name for option in AUTH_OPTIONS for name in option.names}
        plain = {k: v for k, v in settings.items() if k not in {"auth", *auth_names}}
        return {
            **dict.fromkeys(("api_timeout", "cacert", "cert", "key")),
            **plain,
            "auth_type": config.auth_type,
            "default_domain": config.default_domain,
            "interface": config.interfaces[0],
            "region_name": config.region_name,
            "verify": bool(config.verify),
            **name_credentials(config.auth, settings),
        }


def name_credentials(
    auth: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the credentials as ``auth.NAME``, whatever they come from.

    Those that are given outside ``auth`` are there without it, too: ``openstack`` names
    them so.
    """
    plain = {
        k: v for k, v in auth.items() if k in settings and not k.startswith(NESTED)
    }
    return {**{f"auth.{key}": value for key, value in auth.items()}, **plain}


def mask(name: str, value: Any) -> Any:
    """Return the value of a setting without a secret and without the user of a URL."""
    if is_secret(name, value):
        return REDACTED
    return redact_text(value) if isinstance(value, str) else value


def is_secret(name: str, value: Any) -> bool:
    """Tell whether a setting is a secret, by the last word of its name."""
    return bool(value) and name.replace(".", "_").split("_")[-1] in SECRET_ENDINGS
