"""Signing in with an application credential.

Source: Keystone 30 ``auth/core.py``, ``auth/plugins/core.py``.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from mockserver.keystone.errors import Invalid, NotFound, Unauthorized
from mockserver.keystone.sign_in.lookup import find_domain
from mockserver.keystone.users.passwords import is_password
from mockserver.storage.application_credentials import find_application_credential
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import APPLICATION_CREDENTIALS, USERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

TARGET = "application credential"


def find_credential(db: Connection, payload: Any) -> Record:
    """Return the credential that a request names, by its id or by its user and name.

    Its secret is not checked. Raises :class:`Invalid` for an incomplete payload,
    :class:`NotFound` for an unknown id or user, and :class:`Unauthorized`.
    """
    named = payload if isinstance(payload, dict) else {}
    credential_id = named.get("id")
    if not credential_id:
        credential_id = _find_by_name(db, named)
    credential = find_application_credential(db, credential_id)
    if credential is None:
        raise NotFound.of("Application Credential", credential_id)
    return credential


def verify_secret(credential: Record, secret: Any, now: datetime) -> None:
    """Raise :class:`Unauthorized` for a wrong secret or an expired credential.

    Raises :class:`Invalid` for a secret that is not text.
    """
    if secret is not None and not isinstance(secret, str):
        raise Invalid.lacking("string", "password")
    if not is_password(secret or "", credential["secret_hash"]):
        raise Unauthorized
    expires_at = credential["expires_at"]
    if expires_at and now.replace(tzinfo=None) >= datetime.fromisoformat(expires_at):
        raise Unauthorized


def _find_by_name(db: Connection, named: dict[str, Any]) -> str:
    """Return the id of a credential by its user and its name."""
    if not named.get("name"):
        raise Invalid.lacking("name or ID", TARGET)
    user = named.get("user")
    if not user:
        raise Invalid.lacking("user", TARGET)
    user_id = user.get("id") or _find_user(db, user)
    credential = fetch(
        db,
        APPLICATION_CREDENTIALS,
        APPLICATION_CREDENTIALS.c.user_id == user_id,
        APPLICATION_CREDENTIALS.c.name == named["name"],
    )
    if credential is None:
        raise Unauthorized
    return str(credential["id"])


def _find_user(db: Connection, named: dict[str, Any]) -> str:
    """Return the id of a user by name and domain.

    Here, and with no other method, Keystone tells that a user does not exist.
    """
    if "domain" not in named:
        raise Invalid.lacking("domain", "user")
    domain = find_domain(db, named["domain"])
    user = fetch(
        db,
        USERS,
        USERS.c.name == named.get("name"),
        USERS.c.domain_id == domain["id"],
    )
    if user is None:
        raise NotFound.of("user", named.get("name"))
    return str(user["id"])
