"""Tokens in the database, stored under a digest of their ids."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    select,
    update,
)

from mockserver.storage.prepared import Prepared
from mockserver.storage.repository import Record, store
from mockserver.storage.tables import PROJECTS, TOKENS, USERS


def digest_of(token_id: str) -> str:
    """Return the SHA-256 of a token's id, in hexadecimal digits."""
    return hashlib.sha256(token_id.encode()).hexdigest()


def keep_token(db: Connection, token_id: str, token: Record) -> None:
    """Store a token, without its id."""
    store(db, TOKENS, {**token, "digest": digest_of(token_id)})


@Prepared
def _token() -> Select[Any]:
    user_domains = PROJECTS.alias("user_domain")
    project_domains = PROJECTS.alias("project_domain")
    domains = PROJECTS.alias("scope_domain")
    return (
        select(
            TOKENS,
            USERS.c.name.label("user_name"),
            USERS.c.enabled.label("user_enabled"),
            USERS.c.domain_id.label("user_domain_id"),
            USERS.c.password_expires_at,
            user_domains.c.name.label("user_domain_name"),
            user_domains.c.enabled.label("user_domain_enabled"),
            PROJECTS.c.name.label("project_name"),
            PROJECTS.c.enabled.label("project_enabled"),
            PROJECTS.c.is_domain.label("project_is_domain"),
            PROJECTS.c.domain_id.label("project_domain_id"),
            project_domains.c.name.label("project_domain_name"),
            project_domains.c.enabled.label("project_domain_enabled"),
            domains.c.name.label("domain_name"),
            domains.c.enabled.label("domain_enabled"),
        )
        .outerjoin(USERS, USERS.c.id == TOKENS.c.user_id)
        .outerjoin(user_domains, user_domains.c.id == USERS.c.domain_id)
        .outerjoin(PROJECTS, PROJECTS.c.id == TOKENS.c.project_id)
        .outerjoin(project_domains, project_domains.c.id == PROJECTS.c.domain_id)
        .outerjoin(domains, domains.c.id == TOKENS.c.domain_id)
        .where(TOKENS.c.digest == bindparam("wanted_digest"))
    )


def find_token(db: Connection, token_id: str) -> Record | None:
    """Return a token with names and states of its user, project and domains.

    They are called ``user_name``, ``user_enabled``, ``project_name`` and so on, and are
    None where the token has no such scope or what it names was deleted.
    """
    found = _token.fetch(db, wanted_digest=digest_of(token_id))
    return found[0] if found else None


def revoke_tokens(db: Connection, *where: ColumnElement[bool]) -> None:
    db.execute(update(TOKENS).where(*where).values(revoked=True))


def revoke_token(db: Connection, token_id: str) -> None:
    """Revoke a token; nothing happens if there is none."""
    revoke_tokens(db, TOKENS.c.digest == digest_of(token_id))


def revoke_of_user(db: Connection, user_id: str) -> None:
    """Revoke all tokens of a user."""
    revoke_tokens(db, TOKENS.c.user_id == user_id)


def forget_tokens(db: Connection, expired_before: str) -> None:
    """Delete the tokens that expired before a time."""
    db.execute(delete(TOKENS).where(TOKENS.c.expires_at < expired_before))
