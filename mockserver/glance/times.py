"""Instants as Glance keeps and shows them."""

from __future__ import annotations

from datetime import datetime, timezone

STORED = "%Y-%m-%dT%H:%M:%S.%f"


def store_time(instant: datetime) -> str:
    """Return the text an instant is stored as; a naive one is taken for UTC."""
    if instant.tzinfo is not None:
        instant = instant.astimezone(timezone.utc)
    return instant.strftime(STORED)


def show_time(stored: str) -> str:
    return f"{stored[:19]}Z"


def parse_time(text: str) -> str:
    """Return what an ISO 8601 time is stored as. Raises :class:`ValueError`."""
    from oslo_utils import timeutils

    return store_time(timeutils.parse_isotime(text))
