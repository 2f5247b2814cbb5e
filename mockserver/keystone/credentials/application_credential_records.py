"""The rules of creating application credentials.

Source: Keystone 30 ``api/users.py`` and ``application_credential/backends/sql.py``.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from mockserver.keystone.errors import Conflict, Invalid, NotFound
from mockserver.keystone.requests.records import without
from mockserver.keystone.roles.roles import shape_role
from mockserver.keystone.times import store_time
from mockserver.keystone.users.passwords import hash_password
from mockserver.storage.application_credentials import with_details
from mockserver.storage.repository import (
    DuplicateRecord,
    Record,
    fetch,
    fetch_all,
    store,
)
from mockserver.storage.tables import (
    ACCESS_RULES,
    APPLICATION_CREDENTIALS,
    IMPLIED_ROLES,
    ROLES,
)

if TYPE_CHECKING:
    from mockserver.keystone.requests.call import Call

NOUN = "Application Credential"
_MALFORMED = (
    " The server could not comply with the request since it is either malformed or"
    " otherwise incorrect. The client is assumed to be in error."
)
_SECRET_BYTES = 64


def shape_credential(credential: Record) -> Record:
    """Return an application credential, with its details, as it is shown."""
    roles = [shape_role(role) for role in credential["roles"]]
    return {**without(credential, "secret_hash"), "roles": roles}


def add_application_credential(call: Call, asked: Record) -> Record:
    """Store a new credential of the caller; return it as it is shown, with its secret.

    Raises :class:`Invalid` for roles, an expiry or access rules that cannot be,
    :class:`NotFound` for a role or an access rule that does not exist, and
    :class:`Conflict` for a name that is taken.
    """
    secret = asked.get("secret") or secrets.token_urlsafe(_SECRET_BYTES)
    credential = {
        **dict.fromkeys(("description", "system", "unrestricted")),
        **asked,
        "user_id": call.caller.user_id,
        "project_id": call.caller.project_id,
        "roles": _choose_roles(call, asked.get("roles")),
        "expires_at": _read_expiry(call, asked.get("expires_at")),
        "access_rules": None,
        "secret_hash": hash_password(secret),
    }
    if rules := asked.get("access_rules"):
        credential["access_rules"] = [_find_or_add_rule(call, rule) for rule in rules]
    try:
        store(call.db, APPLICATION_CREDENTIALS, credential)
    except DuplicateRecord:
        message = f"Duplicate entry found with name {credential['name']}"
        raise Conflict.storing("application_credential", message) from None
    return {**shape_credential(with_details(call.db, credential)), "secret": secret}


def _choose_roles(call: Call, asked: list[Record] | None) -> list[str]:
    """Return the ids of a credential's roles: those of the caller's token, or fewer.

    Roles that are asked for bring the roles that they imply.
    """
    held: list[str] = [role["id"] for role in call.caller.body.get("roles", ())]
    if not asked:
        return held
    chosen = [role.get("id") or _find_role(call, role["name"]) for role in asked]
    for role_id in chosen:  # grows in the loop
        implied = IMPLIED_ROLES.c.prior_role_id == role_id
        for pair in fetch_all(call.db, IMPLIED_ROLES, [implied]):
            if pair["implied_role_id"] not in chosen:
                chosen.append(pair["implied_role_id"])
    if not set(chosen) <= set(held):
        raise Invalid(
            "Invalid application credential: Cannot create an application credential"
            " with unassigned role"
        )
    return chosen


def _find_role(call: Call, name: str) -> str:
    role = fetch(call.db, ROLES, ROLES.c.name == name, ROLES.c.domain_id.is_(None))
    if role is None:
        raise NotFound(f"Role {name} is not defined")
    return str(role["id"])


def _read_expiry(call: Call, text: str | None) -> str | None:
    """Return the time when a credential expires, as it is stored.

    Raises :class:`Invalid` for a time that cannot be read or is past.
    """
    if not text:
        return None
    text = text.removesuffix("Z")
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None or "T" not in text:
            raise ValueError(text)
    except ValueError:
        raise Invalid(f"Timestamp not in expected format.{_MALFORMED}") from None
    if instant < call.now().replace(tzinfo=None):
        raise Invalid(f"The 'expires_at' must not be before now.{_MALFORMED}")
    return store_time(instant)


def _find_or_add_rule(call: Call, asked: Record) -> str:
    """Return the id of an access rule of the caller, stored unless there is one alike.

    Raises :class:`NotFound` for the id of another user's rule, and :class:`Invalid`.
    """
    user_id = call.caller.user_id
    columns = ACCESS_RULES.c
    if "id" in asked and (
        rule := fetch(call.db, ACCESS_RULES, columns.id == asked["id"])
    ):
        if rule["user_id"] != user_id:
            raise NotFound.of("Access Rule", asked["id"])
        return str(rule["id"])
    for name in ("service", "path", "method"):
        if name not in asked:
            raise Invalid.lacking(name, "access rule")
    same = [columns[name] == asked[name] for name in ("service", "path", "method")]
    rule = fetch(call.db, ACCESS_RULES, columns.user_id == user_id, *same)
    if rule is None:
        new_id = call.state.ids.hex("access_rule")
        rule = {"id": new_id, **asked, "user_id": user_id}
        store(call.db, ACCESS_RULES, rule)
    return str(rule["id"])
