"""The time a cloud lives in: the machine's, or one that stands until it is moved."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any


class BadTime(ValueError):
    """A clock cannot be put so."""


class Clock:
    """Tells an aware UTC time; both services and every record use only this one."""

    def __init__(self) -> None:
        self._frozen_at: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.now(timezone.utc) + self._ahead

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    def set(self, instant: datetime) -> None:
        """Let it be ``instant``, from where time goes on unless it stands."""
        if self._frozen_at is not None:
            self.freeze(instant)
        else:
            self._ahead = as_utc(instant) - datetime.now(timezone.utc)

    def copy(self) -> Clock:
        copy = Clock()
        copy.follow(self)
        return copy

    def follow(self, other: Clock) -> None:
        """Tell the time that another clock tells."""
        self._frozen_at, self._ahead = other._frozen_at, other._ahead

    def freeze(self, instant: datetime | None = None) -> None:
        """Let time stand at ``instant`` (now unless given); a naive one is UTC."""
        self._frozen_at = as_utc(instant or self.now())

    def thaw(self) -> None:
        """Let time run on from where it stands."""
        self._ahead = self.now() - datetime.now(timezone.utc)
        self._frozen_at = None

    def advance(self, seconds: float) -> None:
        if self._frozen_at is not None:
            self._frozen_at += timedelta(seconds=seconds)
        else:
            self._ahead += timedelta(seconds=seconds)


def as_utc(instant: datetime) -> datetime:
    """Return an instant in UTC, of which a naive one is taken to be."""
    if instant.tzinfo is None:
        return instant.replace(tzinfo=timezone.utc)
    return instant.astimezone(timezone.utc)


def change_clock(clock: Clock, changes: Any) -> None:
    """Put a clock as a JSON object says; raises :class:`BadTime`.

    ``set`` is an ISO 8601 time, ``advance_s`` a number of seconds, ``frozen`` whether
    time stands still from then on.
    """
    if not isinstance(changes, dict) or set(changes) - {"set", "advance_s", "frozen"}:
        raise BadTime("a clock has set, advance_s and frozen")
    changed = clock.copy()
    try:
        if "frozen" in changes:
            (changed.freeze if changes["frozen"] else changed.thaw)()
        if "set" in changes:
            changed.set(datetime.fromisoformat(changes["set"].replace("Z", "+00:00")))
        if "advance_s" in changes:
            changed.advance(changes["advance_s"])
        changed.now()
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise BadTime(f"no such time: {error}") from None
    clock.follow(changed)
