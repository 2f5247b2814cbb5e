"""Signing in with an application credential.

Source: Keystone 30 ``auth/core.py``, ``auth/plugins/core.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mockserver.keystone.errors import Invalid, NotFound, Unauthorized
from mockserver.keystone.users.passwords import is_password
from mockserver.storage.application_credentials import find_application_credential
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import APPLICATION_CREDENTIALS, USERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

TARGET = "application credential"


def find_presented(
    db: Connection, payload: Any, find_domain: Callable[[dict[str, Any]], Record]
) -> Record:
    """Return the credential that a request names, by its id or by its user and name."""
    named = payload if isinstance(payload, dict) else {}
    credential_id = named.get("id")
    if not credential_id:
        credential_id = _find_by_name(db, named, find_domain)
    credential = find_application_credential(db, credential_id)
    if credential is None:
        raise NotFound.of("Application Credential", credential_id)
    return credential


def verify_secret(credential: Record, secret: Any, now: datetime) -> None:
    """Raise :class:`Unauthorized` for a wrong secret or a credential that has ended."""
    if secret is not None and not isinstance(secret, str):
        raise Invalid.lacking("string", "password")
    if not is_password(secret or "", credential["secret_hash"]):
        raise Unauthorized
    ends = credential["expires_at"]
    if ends and now.replace(tzinfo=None) >= datetime.fromisoformat(ends):
        raise Unauthorized


def _find_by_name(
    db: Connection,
    named: dict[str, Any],
    find_domain: Callable[[dict[str, Any]], Record],
) -> str:
    if not named.get("name"):
        raise Invalid.lacking("name or ID", TARGET)
    user = named.get("user")
    if not user:
        raise Invalid.lacking("user", TARGET)
    user_id = user.get("id") or _find_user(db, user, find_domain)
    made = APPLICATION_CREDENTIALS.c
    found = fetch(
        db,
        APPLICATION_CREDENTIALS,
        made.user_id == user_id,
        made.name == named["name"],
    )
    if found is None:
        raise Unauthorized
    return str(found["id"])


def _find_user(
    db: Connection,
    named: dict[str, Any],
    find_domain: Callable[[dict[str, Any]], Record],
) -> str:
    if "domain" not in named:
        raise Invalid.lacking("domain", "user")
    domain = find_domain(named["domain"])
    where = USERS.c.name == named.get("name"), USERS.c.domain_id == domain["id"]
    user = fetch(db, USERS, *where)
    if user is None:
        raise NotFound.of("user", named.get("name"))
    return str(user["id"])
