"""Keystone's lenient booleans."""

from __future__ import annotations

from mockserver.storage.filters import FALSE_WORDS


def as_flag(value: object) -> bool:
    """Take ``no``, ``off``, ``0`` and the like for false, and all else for true."""
    if isinstance(value, str):
        return value.lower() not in FALSE_WORDS
    return True if value is None else bool(value)


def is_asked_for(value: str | None) -> bool:
    """Tell whether a parameter switches something on: it is there, and not ``0``."""
    return value is not None and value != "0"
