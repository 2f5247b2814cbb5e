"""Booleans in requests, which Keystone takes in several spellings."""

from __future__ import annotations

from mockserver.storage.filters import FALSE_WORDS


def as_flag(value: object) -> bool:
    """Return an attribute's value as a boolean.

    False are ``no``, ``off``, ``0`` and the like; null and any other text are true.
    """
    if isinstance(value, str):
        return value.lower() not in FALSE_WORDS
    return True if value is None else bool(value)


def is_asked_for(value: str | None) -> bool:
    """Tell whether a query parameter is on: it is there and its value is not ``0``."""
    return value is not None and value != "0"
