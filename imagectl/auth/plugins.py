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
from imagectl.auth.refusals import refusal
from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError, ImagectlError, ServiceError, UsageError
from imagectl.http.failures import URL_HINT, from_keystoneauth
from imagectl.http.time_limits import time_limit
from imagectl.http.transport import MAX_REDIRECTS, USER_AGENT, open_identity_http

_CLIENT = (
    ("client_id",),
    ("client_secret",),
    ("access_token_endpoint", "discovery_endpoint"),
)
_TOKEN, _BASIC = (("token",),), (("username",), ("password",))
ALSO_REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "admin_token": _TOKEN,
    "http_basic": _BASIC,
    "token": _TOKEN,
    "v2token": _TOKEN,
    "v3token": _TOKEN,
    "v3applicationcredential": (
        ("application_credential_id", "application_credential_name"),
    ),
    "v3oidcauthcode": _CLIENT,
    "v3oidcclientcredentials": _CLIENT,
    "v3oidcdeviceauthz": (_CLIENT[0], _CLIENT[2]),
    "v3oidcpassword": _CLIENT,
}
"""What plugins need and do not declare, by auth type: one of each group."""
BROKEN = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What keystoneauth raises where an answer has not the form that it expects."""

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
            raise _missing(config.auth_type, option.name)
    for names in ALSO_REQUIRED.get(config.auth_type, ()):
        if not any(auth.get(name) for name in names):
            raise _missing(config.auth_type, *names)
    try:
        plugin = loader.load_from_options(**auth)
    except (exceptions.ClientException, *BROKEN) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"Auth type {config.auth_type}: {reason}") from error
    return _federate(plugin, config) if config.federation else plugin


def _missing(auth_type: str, *names: str) -> AccessError:
    """Return the error for an option that is not given: the first, or the others."""
    plain = [name.replace("-", "_") for name in names]
    variables = " or ".join(f"OS_{name.upper()}" for name in plain)
    keys = " or ".join(f"auth.{name}" for name in plain)
    return AccessError(
        f"Missing value {' or '.join(names)} required for auth plugin {auth_type}",
        hint=f"set {variables}, or {keys} in clouds.yaml",
    )


def _get_loader(auth_type: str, methods: Any) -> Any:
    logger = logging.getLogger("stevedore")  # it logs what it does not find
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        loader: Any = loading.get_plugin_loader(auth_type)
    except exceptions.NoMatchingPlugin:
        from imagectl.slips.distance import hint_among

        names = sorted(loading.get_available_plugin_names())
        hint = hint_among(auth_type, names, f"installed are {', '.join(names)}")
        raise UsageError(f"There is no auth type {auth_type}.", hint=hint) from None
    finally:
        logger.setLevel(level)
    if auth_type == "v3multifactor":
        # The loader's options depend on the methods.
        loader._methods = methods
    return loader


def _check_user(config: CloudConfig, known: dict[str, Any]) -> None:
    is_named = config.auth.get("username") or config.auth.get("user_id")
    if {"password", "username"} <= known.keys() and not is_named:
        is_other = config.auth.get("application_credential_secret")
        raise AccessError(
            "Set a username with --os-username, OS_USERNAME, or auth.username "
            "or set a user-id with --os-user-id, OS_USER_ID, or auth.user_id",
            hint="for an application credential, set OS_AUTH_TYPE (auth_type in"
            " clouds.yaml) to v3applicationcredential"
            if is_other
            else config.hint,
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
    with translate_sign_in(config):
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
    with translate_sign_in(config):
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
    except BROKEN as error:
        # keystoneauth does not check what it reads.
        raise ServiceError(
            "The identity service does not answer as Keystone does:"
            f" keystoneauth fails with {type(error).__name__}.",
            hint=URL_HINT,
        ) from error
    finally:
        logger.setLevel(level)


@contextmanager
def translate_sign_in(config: CloudConfig) -> Iterator[None]:
    """As :func:`translate_errors`; whatever Keystone refuses is :class:`AccessError`.

    Keystone answers 404 for a token that it does not know, and 400 for a wrong scope.
    """
    try:
        with translate_errors(), time_limit(config.patience().total_s):
            yield
    except ImagectlError as error:
        told = getattr(error.__cause__, "response", None)
        is_refused = error.status in (401, 403) or _is_of_keystone(told)
        if is_refused and error.status not in (None, 408, 429) and error.status < 500:
            status = error.status
            raise refusal(config, status, error.message, error.request_id) from error
        if error.status in (None, 408, 429) or error.status >= 500:
            raise
        raise ServiceError(
            f"The identity service does not answer as Keystone does: {error}",
            hint=URL_HINT,
        ) from error


def _is_of_keystone(response: Any) -> bool:
    """Tell whether an error has Keystone's form, and is not of some other service."""
    try:
        return isinstance(response.json()["error"], dict)
    except (AttributeError, ValueError, LookupError, TypeError, RecursionError):
        return False


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
