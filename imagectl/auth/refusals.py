"""A sign-in that was refused, with a hint that names what was tried."""

from __future__ import annotations

from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError

SCOPE_KEYS = (
    "project_name",
    "project_id",
    "domain_name",
    "domain_id",
    "system_scope",
    "trust_id",
)


def refusal(
    config: CloudConfig, status: int, reason: str, request_id: str | None = None
) -> AccessError:
    """Return the error for credentials that the identity service does not take."""
    return AccessError(reason, status=status, request_id=request_id, hint=_hint(config))


def _hint(config: CloudConfig) -> str:
    auth, kind = config.auth, config.auth_type
    scope = next((key for key in SCOPE_KEYS if auth.get(key)), None)
    if "applicationcredential" in kind:
        if scope:
            return (
                f"an application credential brings its own project: unset"
                f" OS_{scope.upper()} (auth.{scope} in clouds.yaml)"
            )
        return "check the application credential: its ID, its secret and its expiry"
    if kind in ("token", "v3token"):
        return (
            "the token (OS_TOKEN, or auth.token in clouds.yaml) is unknown, has expired"
            " or was revoked; or it cannot be used for this project"
        )
    if kind.endswith("totp"):
        return "check the user and the passcode, which is good for one sign-in only"
    if kind.startswith("v3oidc") or "oauth" in kind:
        return "check the client ID and secret, the identity provider and the protocol"
    return "check the user, password, project and domains (OS_* or clouds.yaml)"
