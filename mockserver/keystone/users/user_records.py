"""What may happen to a user; source: Keystone 30 ``identity/core.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.keystone.errors import Conflict, Invalid, NotFound, Unauthorized
from mockserver.keystone.requests.flags import as_flag
from mockserver.keystone.requests.options import merge_options
from mockserver.keystone.users.password_rules import (
    check_history,
    forget_user,
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

NOT_SET = ("federated", "password_expires_at", "extra")
"""What a request may name of a user, and does not change."""


def shape(user: Record) -> Record:
    hidden = {"password_hash"}
    if user["default_project_id"] is None:
        hidden.add("default_project_id")
    return {name: value for name, value in user.items() if name not in hidden}


def add_user(db: Connection, asked: Record) -> Record:
    """Store a new user and return it."""
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
    if changes.get("domain_id", user["domain_id"]) != user["domain_id"]:
        raise Invalid("Cannot change Domain ID")
    _check_default_project(db, changes.get("default_project_id"))
    options = merge_options(user, changes)
    changes = {k: v for k, v in changes.items() if k not in NOT_SET}
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
    """Change a password for who knows the old one; all tokens of the user end."""
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
    remove(
        db,
        ASSIGNMENTS,
        ASSIGNMENTS.c.actor == "user",
        ASSIGNMENTS.c.actor_id == user_id,
    )
    remove(db, MEMBERSHIPS, MEMBERSHIPS.c.user_id == user_id)
    remove(db, CREDENTIALS, CREDENTIALS.c.user_id == user_id)
    forget_user(db, user_id)
    forget_credentials_of(db, user_id)
    remove(db, USERS, USERS.c.id == user_id)


def _check_default_project(db: Connection, project_id: str | None) -> None:
    if project_id is None:
        return
    if len(project_id) > ID_LENGTH:
        raise Invalid.too_long("default_project_id", project_id, ID_LENGTH)
    if exists(db, PROJECTS, PROJECTS.c.id == project_id, PROJECTS.c.is_domain):
        raise Invalid(f"User's default project ID cannot be a domain ID: {project_id}")


def _conflict(name: str, place: str) -> Conflict:
    return Conflict.storing("user", f"Duplicate entry found with name {name}{place}")
