"""Times as Keystone writes and reads them: ISO 8601, always in UTC."""

from __future__ import annotations

from datetime import datetime

from mockserver.state.clock import as_utc


def write_token_time(instant: datetime) -> str:
    """Return a time as tokens and receipts carry it: whole seconds, and a ``Z``."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def store_time(instant: datetime) -> str:
    """Return a time as records hold it: with microseconds and without a zone."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f")


def read_time(text: str) -> datetime:
    """Return the time that a text gives, in UTC unless it names a zone.

    A year alone is its beginning. Raises ValueError.
    """
    if len(text) == len("2030"):
        text += "-01-01"
    return as_utc(datetime.fromisoformat(text.replace("Z", "+00:00")))
