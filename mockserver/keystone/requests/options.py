"""The ``options`` of users, roles, projects and domains; ``immutable`` above all.

Source: Keystone 30 ``common/resource_options``.
"""

from __future__ import annotations

from typing import Any

from mockserver.keystone.errors import Forbidden
from mockserver.storage.repository import Record

_FLAG_OR_NULL = {"type": ["boolean", "null"]}
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


IMMUTABLE_SCHEMA = _schema(immutable=_FLAG_OR_NULL)
USER_SCHEMA = _schema(
    ignore_change_password_upon_first_use=_FLAG_OR_NULL,
    ignore_password_expiry=_FLAG_OR_NULL,
    ignore_lockout_failure_attempts=_FLAG_OR_NULL,
    lock_password=_FLAG_OR_NULL,
    ignore_user_inactivity=_FLAG_OR_NULL,
    multi_factor_auth_rules=_RULES,
    multi_factor_auth_enabled=_FLAG_OR_NULL,
)


def merge_options(record: Record, changes: Record) -> Record:
    """Return the options of a record after a change.

    A value of null removes an option; an option that the change does not name stays.
    """
    merged = {**(record.get("options") or {}), **(changes.get("options") or {})}
    return {name: value for name, value in merged.items() if value is not None}


def check_mutable(noun: str, record: Record, changes: Record) -> None:
    """Raise :class:`Forbidden` if a record is immutable.

    The one change that is allowed is to make it mutable again, in a request that
    changes nothing else.
    """
    if not (record["options"] or {}).get("immutable"):
        return
    immutable = (changes.get("options") or {}).get("immutable", True)
    if len(changes) > 1 or immutable not in (False, None):
        raise _refusal("update", noun, record)


def check_deletable(noun: str, record: Record) -> None:
    """Raise :class:`Forbidden` if a record is immutable."""
    if (record["options"] or {}).get("immutable"):
        raise _refusal("delete", noun, record)


def _refusal(verb: str, noun: str, record: Record) -> Forbidden:
    return Forbidden(
        f"Unable to {verb} immutable {noun} resource: `{record['id']}. Set resource"
        ' option "immutable" to false first.'
    )
