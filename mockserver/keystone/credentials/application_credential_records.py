"""What an application credential is made of.

Source: Keystone 30 ``api/users.py`` and ``application_credential/backends/sql.py``.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from mockserver.keystone.errors import Conflict, Invalid, NotFound
from mockserver.keystone.roles.roles import shape as shape_role
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
_BLAME = (
    " The server could not comply with the request since it is either malformed or"
    " otherwise incorrect. The client is assumed to be in error."
)
_SECRET_BYTES = 64


def shape(credential: Record) -> Record:
    shown = {k: v for k, v in credential.items() if k != "secret_hash"}
    return {**shown, "roles": [shape_role(role) for role in credential["roles"]]}


def add_application_credential(call: Call, asked: Record) -> Record:
    """Store the caller's new credential and return it with its secret."""
    secret = asked.get("secret") or secrets.token_urlsafe(_SECRET_BYTES)
    credential = {
        **dict.fromkeys(("description", "system", "unrestricted")),
        **asked,
        "user_id": call.caller.user_id,
        "project_id": call.caller.project_id,
        "roles": _choose_roles(call, asked.get("roles")),
        "expires_at": _read_end(call, asked.get("expires_at")),
        "access_rules": None,
        "secret_hash": hash_password(secret),
    }
    if rules := asked.get("access_rules"):
        credential["access_rules"] = [_keep_rule(call, rule) for rule in rules]
    try:
        store(call.db, APPLICATION_CREDENTIALS, credential)
    except DuplicateRecord:
        message = f"Duplicate entry found with name {credential['name']}"
        raise Conflict.storing("application_credential", message) from None
    return {**shape(with_details(call.db, credential)), "secret": secret}


def _choose_roles(call: Call, asked: list[Record] | None) -> list[str]:
    """Return the ids of the roles of a credential: the token's own, unless fewer."""
    held: list[str] = [role["id"] for role in call.caller.body.get("roles", ())]
    if not asked:
        return held
    chosen = [role.get("id") or _find_role(call, role["name"]) for role in asked]
    for role_id in chosen:  # grows while it is read
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


def _read_end(call: Call, text: str | None) -> str | None:
    """Return when a credential ends; raises :class:`Invalid` for a time gone by."""
    if not text:
        return None
    text = text.removesuffix("Z")
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None or "T" not in text:
            raise ValueError(text)
    except ValueError:
        raise Invalid(f"Timestamp not in expected format.{_BLAME}") from None
    if instant < call.state.clock.now().replace(tzinfo=None):
        raise Invalid(f"The 'expires_at' must not be before now.{_BLAME}")
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f")


def _keep_rule(call: Call, asked: Record) -> str:
    """Return the id of a user's access rule, which may have been made before."""
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
