"""The rules of creating, changing and deleting users.

Source: Keystone 30 ``identity/core.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.keystone.errors import Conflict, Invalid, NotFound, Unauthorized
from mockserver.keystone.requests.flags import as_flag
from mockserver.keystone.requests.options import merge_options
from mockserver.keystone.requests.records import without
from mockserver.keystone.users.password_rules import (
    check_history,
    delete_password_records,
    remember_password,
)
from mockserver.keystone.users.passwords import hash_password, is_password
from mockserver.storage import tokens
from mockserver.storage.application_credentials import forget_credentials_of
from mockserver.storage.repository import (
    DuplicateRecord,
    Record,
    exists,
    fetch,
    remove,
    replace,
    store,
)
from mockserver.storage.tables import (
    ASSIGNMENTS,
    CREDENTIALS,
    ID_LENGTH,
    MEMBERSHIPS,
    PROJECTS,
    USERS,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

IGNORED = ("federated", "password_expires_at", "extra")
"""Attributes of a user that a request may give and that are not stored."""


def shape_user(user: Record) -> Record:
    """Return a user as it is shown; a default project only where there is one."""
    if user["default_project_id"] is None:
        return without(user, "password_hash", "default_project_id")
    return without(user, "password_hash")


def add_user(db: Connection, asked: Record) -> Record:
    """Store a new user, whose ``id`` and ``domain_id`` are given, and return it.

    Raises :class:`NotFound` for a domain that does not exist, :class:`Conflict` for a
    name that is taken in it, and :class:`Invalid` for a default project that is a
    domain.
    """
    domain_id = asked["domain_id"]
    if not exists(db, PROJECTS, PROJECTS.c.id == domain_id, PROJECTS.c.is_domain):
        raise NotFound.of("domain", domain_id)
    user = {"default_project_id": None, "password_expires_at": None, **asked}
    user.pop("federated", None)
    _check_default_project(db, user["default_project_id"])
    user["name"] = user["name"].strip()
    user["enabled"] = as_flag(user.get("enabled", True))
    user["options"] = merge_options({}, asked)
    password = user.pop("password", None)
    user["password_hash"] = None if password is None else hash_password(password)
    try:
        store(db, USERS, user)
    except DuplicateRecord:
        raise _conflict(user["name"], f" at domain ID {domain_id}") from None
    return user


def change_user(db: Connection, user: Record, changes: Record) -> Record:
    """Store changes of a user and return the changed user.

    A new password and disabling the user revoke the user's tokens. Raises
    :class:`Conflict` and :class:`Invalid`.
    """
    if changes.get("domain_id", user["domain_id"]) != user["domain_id"]:
        raise Invalid("Cannot change Domain ID")
    _check_default_project(db, changes.get("default_project_id"))
    options = merge_options(user, changes)
    changes = {k: v for k, v in changes.items() if k not in IGNORED}
    if "password" in changes:
        remember_password(db, user)
        password = changes.pop("password")
        changes["password_hash"] = None if password is None else hash_password(password)
        changes["password_expires_at"] = None
    changed = {**user, **changes, "options": options}
    changed["name"] = changed["name"].strip()
    changed["enabled"] = as_flag(changed["enabled"])
    try:
        replace(db, USERS, changed)
    except DuplicateRecord:
        raise _conflict(changed["name"], "") from None
    if changes.get("password_hash") or (user["enabled"] and not changed["enabled"]):
        tokens.revoke_of_user(db, user["id"])
    return changed


def change_password(
    db: Connection, state: CloudState, user_id: str, old: str, new: str
) -> None:
    """Change a password for a user who knows the old one, and revoke all tokens.

    Raises :class:`Unauthorized` for a wrong password and a user who is disabled or
    unknown, and :class:`Invalid` for a password that is locked or was used before.
    """
    user = fetch(db, USERS, USERS.c.id == user_id)
    domain = user and fetch(db, PROJECTS, PROJECTS.c.id == user["domain_id"])
    if user is None or domain is None or not (user["enabled"] and domain["enabled"]):
        raise Unauthorized
    if not is_password(old, user["password_hash"]):
        raise Unauthorized
    if (user["options"] or {}).get("lock_password"):
        raise Invalid(
            "You cannot change your password at this time due to password policy"
            " disallowing password changes. Please contact your administrator to reset"
            " your password."
        )
    check_history(db, state, user, new)
    remember_password(db, user)
    renewed = {"password_hash": hash_password(new), "password_expires_at": None}
    replace(db, USERS, {**user, **renewed})
    tokens.revoke_of_user(db, user_id)


def delete_user(db: Connection, user_id: str) -> None:
    """Delete a user with all that belongs to the user."""
    remove(
        db,
        ASSIGNMENTS,
        ASSIGNMENTS.c.actor == "user",
        ASSIGNMENTS.c.actor_id == user_id,
    )
    remove(db, MEMBERSHIPS, MEMBERSHIPS.c.user_id == user_id)
    remove(db, CREDENTIALS, CREDENTIALS.c.user_id == user_id)
    delete_password_records(db, user_id)
    forget_credentials_of(db, user_id)
    remove(db, USERS, USERS.c.id == user_id)


def _check_default_project(db: Connection, project_id: str | None) -> None:
    """Raise :class:`Invalid` for an id that is too long or a domain's.

    A project that does not exist is accepted, as in Keystone.
    """
    if project_id is None:
        return
    if len(project_id) > ID_LENGTH:
        raise Invalid.too_long("default_project_id", project_id, ID_LENGTH)
    if exists(db, PROJECTS, PROJECTS.c.id == project_id, PROJECTS.c.is_domain):
        raise Invalid(f"User's default project ID cannot be a domain ID: {project_id}")


def _conflict(name: str, place: str) -> Conflict:
    return Conflict.storing("user", f"Duplicate entry found with name {name}{place}")
