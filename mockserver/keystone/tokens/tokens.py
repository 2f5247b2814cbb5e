"""Tokens and their bearers: issued, looked up, revoked.

A token's id is a random string in the length and alphabet of a Fernet token; what it
stands for is in the database, so that it outlives a restart on a kept folder.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mockserver.callers.callers import Caller, NotAuthenticated
from mockserver.keystone.errors import IdentityError, NotFound, Unauthorized
from mockserver.keystone.tokens.documents import Scope, describe, summarize
from mockserver.storage import tokens as storage
from mockserver.storage.application_credentials import find_application_credential
from mockserver.storage.grants import effective_roles
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

EXPIRED_WINDOW_S = 172800
"""How long an expired token may still be looked up with ``allow_expired``."""


class LocalTokens:
    """The tokens of the cloud's own Keystone."""

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def validate(self, token_id: str | None) -> Caller:
        """Return the bearer; raises :class:`NotAuthenticated` for any other token."""
        try:
            with self._state.database.read() as db:
                return authenticate_bearer(db, self._state, token_id)
        except IdentityError as error:
            raise NotAuthenticated(error.message) from error


def authenticate_bearer(
    db: Connection, state: CloudState, token_id: str | None
) -> Caller:
    """Return who sends a token; raises :class:`Unauthorized` if nobody may."""
    if not token_id:
        raise Unauthorized
    try:
        body = look_up(db, state, token_id)
    except IdentityError as error:
        raise Unauthorized from error
    return Caller.of(token_id, body)


def look_up(
    db: Connection, state: CloudState, token_id: str | None, *, window_s: int = 0
) -> dict[str, Any]:
    """Return the document of a token, without its catalog.

    Raises :class:`NotFound` with the words of Keystone 30 (``token/provider.py``,
    ``models/token_model.py``) for a token that is none, or no longer.
    """
    if not token_id:
        raise NotFound("No token in the request")
    token = storage.find_token(db, token_id)
    if token is None:
        raise NotFound("Could not recognize Fernet token")
    scope = Scope(token["project_id"], token["domain_id"], bool(token["system"]))
    _check_named(token)
    roles = effective_roles(db, token["user_id"], *scope.target) if scope else []
    credential = _find_credential(db, token["application_credential_id"])
    if credential is not None:
        given = {role["id"] for role in credential["roles"]}
        roles = [role for role in roles if role["id"] in given]
    if scope and not roles:
        raise NotFound(f"Could not find token: {token_id}.")
    oldest = format_time(state.clock.now() - timedelta(seconds=window_s))
    if token["revoked"] or token["expires_at"] <= oldest or not token["user_enabled"]:
        raise NotFound("Failed to validate token")
    document = describe(token, scope, roles)
    if credential is not None:
        document["application_credential"] = summarize(credential)
    return document


def _find_credential(db: Connection, credential_id: str | None) -> Record | None:
    if credential_id is None:
        return None
    credential = find_application_credential(db, credential_id)
    if credential is None:
        raise NotFound.of("Application Credential", credential_id)
    return credential


def _check_named(token: Record) -> None:
    """Raise :class:`NotFound` where what a token names is gone or disabled."""
    disabled = "Unable to validate token because {} {} is disabled"
    for noun in ("project", "user", "domain"):
        if token[f"{noun}_id"] and token[f"{noun}_name"] is None:
            raise NotFound.of(noun, token[f"{noun}_id"])
    if token["project_id"] and not token["project_enabled"]:
        raise NotFound(disabled.format("project", token["project_id"]))
    for domain in ("project_domain", "user_domain"):
        if token[f"{domain}_id"] and not token[f"{domain}_enabled"]:
            raise NotFound(disabled.format("domain", token[f"{domain}_id"]))


def issue(
    db: Connection,
    state: CloudState,
    user_id: str,
    methods: list[str],
    scope: Scope,
    parent: dict[str, Any] | None = None,
    credential: Record | None = None,
) -> tuple[str, dict[str, Any]]:
    """Return the id and the document of a new token.

    One that is made from a ``parent`` lives no longer than it and is revoked with it,
    one of an application ``credential`` not longer than that.
    """
    now = state.clock.now()
    audit_id = _audit_id()
    lifetime = timedelta(seconds=state.settings.token_lifetime_s)
    token_id = "gAAAAAB" + secrets.token_urlsafe(132)
    token = {
        "user_id": user_id,
        "project_id": scope.project_id,
        "domain_id": scope.domain_id,
        "system": scope.system,
        "methods": methods,
        "audit_id": audit_id,
        "chain_id": parent["audit_ids"][-1] if parent else audit_id,
        "issued_at": format_time(now),
        "application_credential_id": credential and credential["id"],
        "expires_at": parent["expires_at"] if parent else format_time(now + lifetime),
        "revoked": False,
    }
    if credential and credential["expires_at"]:
        end = f"{credential['expires_at']}Z"
        token["expires_at"] = min(str(token["expires_at"]), end)
    storage.forget_tokens(db, format_time(now - timedelta(seconds=EXPIRED_WINDOW_S)))
    storage.keep_token(db, token_id, token)
    try:
        return token_id, look_up(db, state, token_id)
    except IdentityError as error:
        raise Unauthorized from error


def format_time(instant: datetime) -> str:
    """Write a time as tokens carry it: in whole seconds, with a fraction of none."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _audit_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
