"""Application credentials, with the roles and access rules whose ids they hold."""

from __future__ import annotations

from sqlalchemy import Connection, Table

from mockserver.storage.repository import Record, fetch, fetch_all, remove
from mockserver.storage.tables import (
    ACCESS_RULES,
    APPLICATION_CREDENTIALS,
    ASSIGNMENTS,
    ROLES,
)


def find_application_credential(db: Connection, credential_id: str) -> Record | None:
    """Return a credential with records as its ``roles`` and ``access_rules``.

    The key ``access_rules`` is missing where the credential has none.
    """
    credentials = APPLICATION_CREDENTIALS
    found = fetch(db, credentials, credentials.c.id == credential_id)
    return None if found is None else with_details(db, found)


def with_details(db: Connection, credential: Record) -> Record:
    """Return a stored credential as :func:`find_application_credential` does."""
    rule_ids = credential.pop("access_rules", None)
    detailed = {**credential, "roles": _fetch_each(db, ROLES, credential["roles"])}
    if rule_ids:
        rules = _fetch_each(db, ACCESS_RULES, rule_ids)
        detailed["access_rules"] = [shape_rule(rule) for rule in rules]
    return detailed


def _fetch_each(db: Connection, table: Table, ids: list[str]) -> list[Record]:
    """Return the records with these ids that are still there, in their order."""
    found = {one["id"]: one for one in fetch_all(db, table, [table.c.id.in_(ids)])}
    return [found[one] for one in ids if one in found]


def shape_rule(rule: Record) -> Record:
    """Return an access rule as the API shows it."""
    return {name: value for name, value in rule.items() if name != "user_id"}


def uses_rule(db: Connection, user_id: str, rule_id: str) -> bool:
    """Tell whether a credential of the user names an access rule."""
    of_user = [APPLICATION_CREDENTIALS.c.user_id == user_id]
    made = fetch_all(db, APPLICATION_CREDENTIALS, of_user)
    return any(rule_id in (one["access_rules"] or ()) for one in made)


def forget_credentials_of(db: Connection, user_id: str) -> None:
    """Delete a user's application credentials and access rules."""
    for table in (APPLICATION_CREDENTIALS, ACCESS_RULES):
        remove(db, table, table.c.user_id == user_id)


def forget_credentials_by_role(db: Connection, role_id: str) -> None:
    """Delete the application credentials that a role may be part of.

    These are all that users made on projects where they are assigned the role.
    """
    held = ASSIGNMENTS.c
    where = [held.role_id == role_id, held.actor == "user", held.target == "project"]
    made = APPLICATION_CREDENTIALS.c
    for one in fetch_all(db, ASSIGNMENTS, where):
        of_user = made.user_id == one["actor_id"]
        remove(
            db, APPLICATION_CREDENTIALS, of_user, made.project_id == one["target_id"]
        )
