"""When passwords end: the filter of listings, and who may not sign in any more.

Source: Keystone 30 ``identity/core.py`` (``_translate_expired_password_hints``).
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mockserver.keystone.errors import Invalid
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


def password_expiry(req: falcon.Request) -> list[ColumnElement[bool]]:
    """Return the condition of ``password_expires_at=lt:2016-12-08T22:02:00Z``.

    Raises :class:`Invalid`. Users whose password never ends meet none.
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
    written = instant.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return [compares(USERS.c.password_expires_at, comparator, written)]


def is_expired(user: Record, now: datetime) -> bool:
    """Tell whether a user's password has ended, and that counts for the user."""
    ends = user["password_expires_at"]
    if not ends or (user["options"] or {}).get("ignore_password_expiry"):
        return False
    return now >= read_time(ends)


def read_time(text: str) -> datetime:
    """Read an ISO 8601 time, of UTC unless it says else; raises ValueError."""
    if len(text) == len("2030"):
        text += "-01-01"
    instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if instant.tzinfo is None:
        return instant.replace(tzinfo=timezone.utc)
    return instant.astimezone(timezone.utc)
