"""The global options of `openstack` 10.5.

They are written out as data. `openstack` loads every installed keystoneauth plugin to
collect them, which is slow. The ``OS_*`` variables are no defaults of the options, so
that no help text can show a password: :mod:`imagectl.config.precedence` reads them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NamedTuple


class AuthOption(NamedTuple):
    """One option of the keystoneauth plugins.

    ``name`` is the option's name and its key in clouds.yaml, ``aliases`` are its older
    names. ``key`` is the name of the plugin's argument, where that differs.
    """

    name: str
    help: str
    key: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its aliases, in order of precedence."""
        return (self.name, *self.aliases)

    @property
    def target(self) -> str:
        """The name of the plugin's argument."""
        return self.key or self.name


AUTH_OPTIONS = (
    AuthOption("auth_url", "URL of the identity service"),
    AuthOption("system_scope", "Scope to the system: all"),
    AuthOption("domain_id", "Scope to the domain with this ID"),
    AuthOption("domain_name", "Scope to the domain of this name"),
    AuthOption(
        "project_id", "Scope to the project with this ID", aliases=("tenant_id",)
    ),
    AuthOption("project_name", "Scope to this project", aliases=("tenant_name",)),
    AuthOption("project_domain_id", "ID of the project's domain"),
    AuthOption("project_domain_name", "Name of the project's domain"),
    AuthOption("trust_id", "Use the roles of this trust"),
    AuthOption("endpoint", "The endpoint, where no catalog is asked", aliases=("url",)),
    AuthOption("token", "Authenticate with a token"),
    AuthOption("username", "User name", aliases=("user_name",)),
    AuthOption("user_id", "User ID"),
    AuthOption("user_domain_id", "ID of the user's domain"),
    AuthOption("user_domain_name", "Name of the user's domain"),
    AuthOption("password", "Password of the user"),
    AuthOption("application_credential_id", "Application credential ID"),
    AuthOption("application_credential_name", "Application credential name"),
    AuthOption("application_credential_secret", "Application credential secret"),
    AuthOption("passcode", "Time-based one-time passcode (TOTP)"),
    AuthOption("auth_methods", "Methods of v3multifactor, separated by commas"),
    AuthOption("default_domain_id", "Domain ID of the user and of the project"),
    AuthOption("default_domain_name", "Domain name of the user and of the project"),
    AuthOption("identity_provider", "Federation: the identity provider"),
    AuthOption("protocol", "Federation: the protocol"),
    AuthOption("client_id", "OpenID Connect: client ID"),
    AuthOption("client_secret", "OpenID Connect: client secret"),
    AuthOption("openid_scope", "OpenID Connect: scope asked for", "scope"),
    AuthOption("access_token", "OpenID Connect: access token"),
    AuthOption("access_token_endpoint", "OpenID Connect: URL that gives tokens"),
    AuthOption("access_token_type", "OpenID Connect: access_token or id_token"),
    AuthOption("discovery_endpoint", "OpenID Connect: URL of the discovery document"),
    AuthOption(
        "code", "OpenID Connect: authorization code", aliases=("authorization_code",)
    ),
    AuthOption("code_challenge_method", "OpenID Connect: PKCE method"),
    AuthOption("redirect_uri", "OpenID Connect: redirect URL"),
    AuthOption("redirect_host", "Web sign-on: loopback address that listens"),
    AuthOption("redirect_port", "Web sign-on: port that listens"),
    AuthOption("login_timeout", "Web sign-on: seconds to wait for the browser"),
    AuthOption("device_authorization_endpoint", "OAuth 2.0: device endpoint"),
    AuthOption("idp_otp_key", "OpenID Connect: key that carries the one-time password"),
    AuthOption("oauth2_endpoint", "OAuth 2.0: token endpoint"),
    AuthOption("oauth2_client_id", "OAuth 2.0: client ID"),
    AuthOption("oauth2_client_secret", "OAuth 2.0: client secret"),
    AuthOption("consumer_key", "OAuth 1: consumer key"),
    AuthOption("consumer_secret", "OAuth 1: consumer secret"),
    AuthOption("access_key", "OAuth 1: access key"),
    AuthOption("access_secret", "OAuth 1: access secret"),
)

API_VERSION_SERVICES = (
    "identity",
    "image",
    "accelerator",
    "compute",
    "key_manager",
    "network",
    "object",
    "share",
    "volume",
)
ENDPOINT_OVERRIDE_SERVICES = ("identity", "image")

INTERFACES = ("admin", "public", "internal")

CONNECTION_OPTIONS = (
    ("cloud", "Name of the cloud in clouds.yaml"),
    ("region_name", "Region whose endpoints are used"),
    ("cacert", "File of the CA certificates to trust"),
    ("cert", "File of the client's certificate"),
    ("key", "File of the client certificate's key"),
)

FEDERATION_OPTIONS = (
    ("service_provider", "Keystone-to-Keystone: service provider to work on"),
    ("remote_project_name", "Keystone-to-Keystone: project name there"),
    ("remote_project_id", "Keystone-to-Keystone: project ID there"),
    ("remote_project_domain_name", "Keystone-to-Keystone: its domain's name"),
    ("remote_project_domain_id", "Keystone-to-Keystone: its domain's ID"),
)


SHORT_TIMEOUT = "--timeout"
"""Short for ``--os-api-timeout`` in front of a command; some have one of their own."""


def expand_timeout(parser: argparse.ArgumentParser, argv: Sequence[str]) -> list[str]:
    """Return ``argv`` with ``--timeout`` before the command written out."""
    expanded, index = list(argv), 0
    while index < len(argv) and argv[index].startswith("-"):
        option, sign, value = argv[index].partition("=")
        if option == SHORT_TIMEOUT:
            option = "--os-api-timeout"
            expanded[index] = option + sign + value
        action = parser._option_string_actions.get(option)
        takes_next = action is not None and action.nargs != 0 and not sign
        index += 2 if takes_next else 1
    return expanded


def option_names() -> frozenset[str]:
    """Return the settings that a global option sets.

    Their ``OS_*`` variables override clouds.yaml, as the options do.
    """
    plain = [name for name, _ in (*CONNECTION_OPTIONS, *FEDERATION_OPTIONS)]
    versions = [f"{service}_api_version" for service in API_VERSION_SERVICES]
    overrides = [f"{s}_endpoint_override" for s in ENDPOINT_OVERRIDE_SERVICES]
    auth = [name for option in AUTH_OPTIONS for name in option.names]
    single = ["interface", "default_domain", "endpoint_override", "auth_type"]
    return frozenset([*plain, *versions, *overrides, *auth, *single])


def add_global_options(parser: argparse.ArgumentParser) -> None:
    """Add every authentication and configuration option to ``parser``.

    The default of each is None, so that variables and files can set what was not
    given.
    """
    for name, text in CONNECTION_OPTIONS:
        _add(parser, name, text)
    verification = parser.add_mutually_exclusive_group()
    verification.add_argument(
        "--verify",
        action="store_true",
        default=None,
        help="Verify the server's certificate (default)",
    )
    verification.add_argument(
        "--insecure",
        action="store_true",
        default=None,
        help="Do not verify the server's certificate",
    )
    _add(parser, "default_domain", "Domain ID where none is given, default=default")
    _add(
        parser,
        "interface",
        "Interface of the endpoints: admin, public or internal, default=public",
        choices=INTERFACES,
    )
    names = parser.add_mutually_exclusive_group()
    domains = parser.add_mutually_exclusive_group()
    groups = {"remote_project_domain": domains, "remote_project": names}
    for name, text in FEDERATION_OPTIONS:
        _add(groups.get(name.rpartition("_")[0], parser), name, text)
    _add(
        parser,
        "api_timeout",
        "Seconds that a request may take with all of its answer, and a transfer be"
        f" silent; default: 60 to sign in, else 600; {SHORT_TIMEOUT} before the command"
        " is the same",
    )
    parser.add_argument(
        "--timing",
        action="store_true",
        help="Print how long each request took",
    )
    parser.add_argument(
        "--os-beta-command", dest="beta_command", action="store_true", help="No effect"
    )
    parser.add_argument(
        "--no-token-cache",
        dest="token_cache",
        action="store_false",
        default=None,
        help="Neither read nor keep tokens on disk (Env: IMAGECTL_NO_TOKEN_CACHE)",
    )
    _add_service_options(parser)
    _add_auth_options(parser)


def _add_service_options(parser: argparse.ArgumentParser) -> None:
    for service in API_VERSION_SERVICES:
        title = service.replace("_", " ").capitalize()
        _add(parser, f"{service}_api_version", f"{title} API version")
    _add(
        parser,
        "endpoint_override",
        "URL of the image service, instead of the catalog's",
    )
    for service in ENDPOINT_OVERRIDE_SERVICES:
        text = f"URL of the {service} service, instead of the catalog's"
        _add(parser, f"{service}_endpoint_override", text)


def _add_auth_options(parser: argparse.ArgumentParser) -> None:
    _add(
        parser,
        "auth_type",
        "A keystoneauth plugin such as password, v3token, v3applicationcredential, "
        "none; default: password, or v3token where only a token is given",
    )
    for option in AUTH_OPTIONS:
        _add(parser, option.name, option.help)
    for old, new in (("tenant_id", "project_id"), ("tenant_name", "project_name")):
        parser.add_argument(
            "--os-" + old.replace("_", "-"), dest=new, help=argparse.SUPPRESS
        )


def _add(
    parser: argparse._ActionsContainer, name: str, text: str, **settings: Any
) -> None:
    dashed = name.replace("_", "-")
    parser.add_argument(
        f"--os-{dashed}",
        dest=name,
        metavar=f"<{dashed}>",
        help=f"{text} (Env: OS_{name.upper()})",
        **settings,
    )
