"""Options of users, roles, projects and domains, ``immutable`` above all.

Source: Keystone 30 ``common/resource_options``.
"""

from __future__ import annotations

from typing import Any

from mockserver.keystone.errors import Forbidden

Record = dict[str, Any]

_SWITCH = {"type": ["boolean", "null"]}
_RULES = {
    "type": ["array", "null"],
    "items": {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
        "uniqueItems": True,
    },
    "uniqueItems": True,
}


def _schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


IMMUTABLE_SCHEMA = _schema(immutable=_SWITCH)
USER_SCHEMA = _schema(
    ignore_change_password_upon_first_use=_SWITCH,
    ignore_password_expiry=_SWITCH,
    ignore_lockout_failure_attempts=_SWITCH,
    lock_password=_SWITCH,
    ignore_user_inactivity=_SWITCH,
    multi_factor_auth_rules=_RULES,
    multi_factor_auth_enabled=_SWITCH,
)


def merge_options(record: Record, changes: Record) -> Record:
    """Return what is set after a change: null unsets, what is not named stays."""
    merged = {**(record.get("options") or {}), **(changes.get("options") or {})}
    return {name: value for name, value in merged.items() if value is not None}


def check_mutable(noun: str, record: Record, changes: Record) -> None:
    """Raise :class:`Forbidden` for a change of something immutable.

    Allowed is only to make it mutable, and nothing else in the same request.
    """
    if not (record["options"] or {}).get("immutable"):
        return
    immutable = (changes.get("options") or {}).get("immutable", True)
    if len(changes) > 1 or immutable not in (False, None):
        raise _refuse("update", noun, record)


def check_deletable(noun: str, record: Record) -> None:
    if (record["options"] or {}).get("immutable"):
        raise _refuse("delete", noun, record)


def _refuse(verb: str, noun: str, record: Record) -> Forbidden:
    return Forbidden(
        f"Unable to {verb} immutable {noun} resource: `{record['id']}. Set resource"
        ' option "immutable" to false first.'
    )
