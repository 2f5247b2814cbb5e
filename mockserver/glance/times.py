"""Times as Glance stores and shows them."""

from __future__ import annotations

from datetime import datetime, timezone

STORED = "%Y-%m-%dT%H:%M:%S.%f"


def store_time(instant: datetime) -> str:
    """Return the text that a time is stored as; without a zone it is taken for UTC."""
    if instant.tzinfo is not None:
        instant = instant.astimezone(timezone.utc)
    return instant.strftime(STORED)


def show_time(stored: str) -> str:
    """Return a stored time as documents show it, in whole seconds."""
    return f"{stored[:19]}Z"


def parse_time(text: str) -> str:
    """Return what a time in ISO 8601 is stored as. Raises ValueError."""
    from oslo_utils import timeutils

    return store_time(timeutils.parse_isotime(text))
