"""Everything that uses keystoneauth1: its plugins, its session, keystoneclient.

The import takes long, so this module is imported only when a plugin is needed.
"""

from __future__ import annotations

import getpass
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keystoneauth1 import exceptions, loading
from keystoneauth1.identity.base import BaseIdentityPlugin
from keystoneauth1.identity.v3 import Keystone2Keystone
from keystoneauth1.plugin import BaseAuthPlugin
from keystoneauth1.session import Session as KeystoneauthSession

from imagectl.auth.access import Access, read_access
from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError, UsageError
from imagectl.http.failures import from_keystoneauth
from imagectl.http.transport import MAX_REDIRECTS, USER_AGENT, open_identity_http

if TYPE_CHECKING:
    import requests
    from keystoneclient.v3.client import Client


def open_plugin(config: CloudConfig) -> BaseAuthPlugin:
    """Return the configured plugin with its options.

    The user is asked at the terminal for a missing password, and for the options that
    the plugin wants to be asked for. Raises :class:`UsageError` for an unknown plugin
    and :class:`AccessError` for missing credentials.
    """
    loader = _get_loader(config.auth_type, config.auth.get("auth_methods"))
    options = loader.get_options()
    known = {option.dest: option for option in options}
    auth = {key: value for key, value in config.auth.items() if key in known}
    _check_user(config, known)
    for key, option in known.items():
        if auth.get(key):
            continue
        is_password = key == "password" and config.auth_type.endswith("password")
        if option.prompt or is_password:
            auth[key] = ask_secret(option.prompt or "Password: ", key)
        elif option.required:
            name = option.name.replace("-", "_")
            raise AccessError(
                f"Missing value {option.name} required for auth plugin "
                f"{config.auth_type}",
                hint=f"set OS_{name.upper()}, or auth.{name} in clouds.yaml",
            )
    plugin = loader.load_from_options(**auth)
    return _federate(plugin, config) if config.federation else plugin


def _get_loader(auth_type: str, methods: Any) -> Any:
    try:
        loader: Any = loading.get_plugin_loader(auth_type)
    except exceptions.NoMatchingPlugin:
        names = ", ".join(sorted(loading.get_available_plugin_names()))
        raise UsageError(
            f"There is no auth type {auth_type}.", hint=f"installed are {names}"
        ) from None
    if auth_type == "v3multifactor":
        # The loader's options depend on the methods.
        loader._methods = methods
    return loader


def _check_user(config: CloudConfig, known: dict[str, Any]) -> None:
    is_named = config.auth.get("username") or config.auth.get("user_id")
    if {"password", "username"} <= known.keys() and not is_named:
        raise AccessError(
            "Set a username with --os-username, OS_USERNAME, or auth.username "
            "or set a user-id with --os-user-id, OS_USER_ID, or auth.user_id",
            hint=config.hint,
        )


def ask_secret(prompt: str, key: str) -> str:
    """Read a secret from the terminal without echo.

    ``key`` is the name of the plugin's option, for the message. Raises
    :class:`AccessError` without a terminal, and for an empty answer.
    """
    answer = ""
    if sys.stdin is not None and sys.stdin.isatty():
        try:
            answer = getpass.getpass(prompt)
        except EOFError:
            answer = ""
    if not answer:
        option, variable = f"--os-{key.replace('_', '-')}", f"OS_{key.upper()}"
        raise AccessError(
            f"No {key} entered, or found via {option} or {variable}",
            hint=f"clouds.yaml takes it as auth.{key}",
        )
    return answer


def _federate(plugin: BaseAuthPlugin, config: CloudConfig) -> BaseAuthPlugin:
    if not isinstance(plugin, BaseIdentityPlugin):
        raise UsageError(f"Auth type {config.auth_type} cannot be federated.")
    names: dict[str, Any] = {
        key.removeprefix("remote_"): value for key, value in config.federation.items()
    }
    return Keystone2Keystone(plugin, **names)


def open_session(
    config: CloudConfig, http: requests.Session, plugin: BaseAuthPlugin | None = None
) -> KeystoneauthSession:
    """Return a keystoneauth session that sends its requests through ``http``."""
    return KeystoneauthSession(
        auth=plugin,
        session=http,
        verify=config.verify,
        cert=config.cert,
        user_agent=USER_AGENT,
        redirect=MAX_REDIRECTS,
    )


def fetch_access(
    config: CloudConfig, plugin: BaseAuthPlugin, http: requests.Session
) -> Access:
    """Authenticate with a plugin, and return the token that Keystone issued.

    Raises :class:`AccessError` for refused credentials and for a plugin without
    tokens, :class:`ServiceError` if the service cannot be reached or does not answer
    as Keystone does.
    """
    if not isinstance(plugin, BaseIdentityPlugin):
        raise AccessError(f"Auth type {config.auth_type} has no token from Keystone.")
    received_at = time.time()
    with translate_errors():
        # Otherwise the plugin would return the token it has, even if it was refused.
        plugin.invalidate()
        plugin.get_access(open_session(config, open_identity_http(config, http)))
    state = json.loads(plugin.get_auth_state() or "{}")
    return read_access(state["auth_token"], state["body"], received_at)


def fetch_headers(
    config: CloudConfig, plugin: BaseAuthPlugin, http: requests.Session
) -> dict[str, str]:
    """Return the headers with which a plugin in HEADER_TYPES authenticates a request.

    Raises :class:`ImagectlError` as :func:`fetch_access` does.
    """
    with translate_errors():
        session = open_session(config, open_identity_http(config, http))
        return dict(plugin.get_headers(session) or {})


def open_keystone(
    config: CloudConfig,
    http: requests.Session,
    root: str,
    token: Callable[[], str],
    renew: Callable[[], bool],
) -> Client:
    """Return a keystoneclient for the API at ``root``, on the connections of ``http``.

    ``token`` returns the current token. ``renew`` is called when it was refused; it
    discards the token and tells whether there can be a better one.
    """
    from keystoneclient.v3.client import Client

    plugin = SessionTokenPlugin(token, root, renew)
    session = open_session(config, open_identity_http(config, http), plugin)
    return Client(session=session, endpoint_override=root)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn keystoneauth's exceptions into imagectl's, and silence its warnings."""
    logger = logging.getLogger("keystoneauth")
    level = logger.level
    if not logger.isEnabledFor(logging.DEBUG):
        logger.setLevel(logging.ERROR)
    try:
        yield
    except exceptions.ClientException as error:
        raise from_keystoneauth(error) from error
    finally:
        logger.setLevel(level)


class SessionTokenPlugin(BaseAuthPlugin):
    """A keystoneauth plugin that gives keystoneclient the token of imagectl's session.

    The arguments are those of :func:`open_keystone`.
    """

    def __init__(
        self, token: Callable[[], str], endpoint: str, renew: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._token = token
        self._endpoint = endpoint
        self._renew = renew

    def get_token(self, session: KeystoneauthSession, **_: Any) -> str:
        return self._token()

    def get_endpoint(self, session: KeystoneauthSession, **_: Any) -> str:
        return self._endpoint

    def invalidate(self) -> bool:
        return self._renew()
