"""Expiry of passwords: the filter of listings, and the check of a sign-in.

Source: Keystone 30 ``identity/core.py`` (``_translate_expired_password_hints``).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mockserver.keystone.errors import Invalid
from mockserver.keystone.times import read_time, store_time
from mockserver.storage.filters import COMPARISONS, compares
from mockserver.storage.repository import Record
from mockserver.storage.tables import USERS

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import ColumnElement

MALFORMED = (
    "Timestamp not in expected format. The server could not comply with the request"
    " since it is either malformed or otherwise incorrect. The client is assumed to be"
    " in error."
)


def filter_by_expiry(req: falcon.Request) -> list[ColumnElement[bool]]:
    """Return the condition of ``password_expires_at=lt:2016-12-08T22:02:00Z``.

    A user whose password does not expire meets none. Raises :class:`Invalid` for a time
    or an operator that cannot be read.
    """
    asked = req.get_param("password_expires_at")
    if asked is None:
        return []
    comparator, _, text = (
        asked.partition(":") if ":" in asked[2:4] else ("eq", "", asked)
    )
    try:
        instant = read_time(text)
    except ValueError:
        raise Invalid(MALFORMED) from None
    if comparator not in COMPARISONS:
        raise Invalid(
            f"The given operator {comparator} is not valid. It must be one of the"
            " following: 'eq', 'neq', 'lt', 'lte', 'gt', or 'gte'."
        )
    return [compares(USERS.c.password_expires_at, comparator, store_time(instant))]


def is_expired(user: Record, now: datetime) -> bool:
    """Tell whether a user's password has expired and no option says to ignore it."""
    expires_at = user["password_expires_at"]
    if not expires_at or (user["options"] or {}).get("ignore_password_expiry"):
        return False
    return now >= read_time(expires_at)
