"""Tokens: issued to a user who has signed in, and validated when one is sent.

The id of a token is a random string with the length and the alphabet of a Fernet token.
What it stands for is in the database, so that tokens survive a restart on a kept
directory.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mockserver.callers.callers import Caller, NotAuthenticated
from mockserver.keystone.errors import IdentityError, NotFound, Unauthorized
from mockserver.keystone.times import write_token_time
from mockserver.keystone.tokens.documents import (
    Scope,
    describe_credential,
    describe_token,
)
from mockserver.storage import tokens as storage
from mockserver.storage.application_credentials import find_application_credential
from mockserver.storage.grants import effective_roles
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

EXPIRED_WINDOW_S = 172800
"""How long after its expiry a token can be validated with ``allow_expired``."""


class BrokenReference(NotFound):
    """What a token refers to is deleted or disabled."""


class LocalTokens:
    """The tokens of the cloud's own Keystone, for Glance and the controls."""

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def validate(self, token_id: str | None, *, allow_expired: bool = False) -> Caller:
        """Return the bearer of a token; raises :class:`NotAuthenticated`."""
        window_s = EXPIRED_WINDOW_S if allow_expired else 0
        try:
            with self._state.database.read() as db:
                return authenticate_caller(db, self._state, token_id, window_s=window_s)
        except IdentityError as error:
            raise NotAuthenticated(error.message) from error


@dataclass(frozen=True)
class Proof:
    """A user, and the methods by which a sign-in proved to come from that user."""

    user: Record
    methods: list[str]
    parent: dict[str, Any] | None = None
    """The document of the token that was shown, if the method was ``token``."""
    credential: Record | None = None
    """The application credential that was shown; a token has no role beyond its."""


def authenticate_caller(
    db: Connection, state: CloudState, token_id: str | None, *, window_s: int = 0
) -> Caller:
    """Return the bearer of the token that a request carries.

    One that expired less than ``window_s`` seconds ago counts as valid.

    The caller is read from the token's document, although the record is at hand: the
    document is all that a service learns of a token, from this Keystone or from another
    one. Raises :class:`Unauthorized` for no token or one that is not valid.
    """
    if not token_id:
        raise Unauthorized
    try:
        document = validate_token(db, state, token_id, window_s=window_s)
    except BrokenReference:
        raise
    except IdentityError as error:
        raise Unauthorized from error
    return Caller.of(token_id, document)


def validate_token(
    db: Connection, state: CloudState, token_id: str | None, *, window_s: int = 0
) -> dict[str, Any]:
    """Return the document of a valid token, without its catalog.

    One that expired less than ``window_s`` seconds ago counts as valid. Raises
    :class:`NotFound` for any other, with the messages of Keystone 30
    (``token/provider.py``, ``models/token_model.py``).
    """
    if not token_id:
        raise NotFound("No token in the request")
    token = storage.find_token(db, token_id)
    if token is None:
        raise NotFound("Could not recognize Fernet token")
    scope = Scope(token["project_id"], token["domain_id"], bool(token["system"]))
    _check_references(token)
    roles = effective_roles(db, token["user_id"], *scope.target) if scope else []
    credential = _find_credential(db, token["application_credential_id"])
    if credential is not None:
        granted = {role["id"] for role in credential["roles"]}
        roles = [role for role in roles if role["id"] in granted]
    if scope and not roles:
        raise NotFound(f"Could not find token: {token_id}.")
    oldest = write_token_time(state.clock.now() - timedelta(seconds=window_s))
    if token["revoked"] or token["expires_at"] <= oldest or not token["user_enabled"]:
        raise NotFound("Failed to validate token")
    document = describe_token(token, scope, roles)
    if credential is not None:
        document["application_credential"] = describe_credential(credential)
    return document


def _check_references(token: Record) -> None:
    """Raise :class:`BrokenReference` where a project, user or domain is gone."""
    disabled = "Unable to validate token because {} {} is disabled"
    for noun in ("project", "user", "domain"):
        if token[f"{noun}_id"] and token[f"{noun}_name"] is None:
            raise BrokenReference.of(noun, token[f"{noun}_id"])
    if token["project_id"] and not token["project_enabled"]:
        raise BrokenReference(disabled.format("project", token["project_id"]))
    for domain in ("project_domain", "user_domain"):
        if token[f"{domain}_id"] and not token[f"{domain}_enabled"]:
            raise BrokenReference(disabled.format("domain", token[f"{domain}_id"]))


def _find_credential(db: Connection, credential_id: str | None) -> Record | None:
    if credential_id is None:
        return None
    credential = find_application_credential(db, credential_id)
    if credential is None:
        raise NotFound.of("Application Credential", credential_id)
    return credential


def issue_token(
    db: Connection, state: CloudState, proof: Proof, scope: Scope
) -> tuple[str, dict[str, Any]]:
    """Store a new token; return its id and its document, without its catalog.

    A token made from another one expires with that and belongs to its audit chain; one
    of an application credential expires with the credential at the latest.

    The stored token is validated at once, which costs nothing: its document needs the
    same two queries anyway. It is also what refuses a scope without a role, and what
    finds out if something has changed since the sign-in was checked, in an earlier
    transaction. Raises :class:`Unauthorized` for a token that is not valid.
    """
    now = state.clock.now()
    audit_id = _make_audit_id()
    parent, credential = proof.parent, proof.credential
    expires_at = write_token_time(
        now + timedelta(seconds=state.settings.token_lifetime_s)
    )
    if parent:
        expires_at = parent["expires_at"]
    if credential and credential["expires_at"]:
        expires_at = min(expires_at, f"{credential['expires_at']}Z")
    token_id = "gAAAAAB" + secrets.token_urlsafe(132)
    token = {
        "user_id": proof.user["id"],
        "project_id": scope.project_id,
        "domain_id": scope.domain_id,
        "system": scope.system,
        "methods": proof.methods,
        "audit_id": audit_id,
        "chain_id": parent["audit_ids"][-1] if parent else audit_id,
        "issued_at": write_token_time(now),
        "application_credential_id": credential and credential["id"],
        "expires_at": expires_at,
        "revoked": False,
    }
    expired_before = now - timedelta(seconds=EXPIRED_WINDOW_S)
    storage.forget_tokens(db, write_token_time(expired_before))
    storage.keep_token(db, token_id, token)
    try:
        return token_id, validate_token(db, state, token_id)
    except IdentityError as error:
        raise Unauthorized from error


def _make_audit_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
