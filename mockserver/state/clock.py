"""The time of a cloud: the machine's, shifted, or frozen at one instant."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any


class BadTime(ValueError):
    """What a clock is asked to change has a wrong name or value."""


class Clock:
    """The time that both services and all records of a cloud use; ``cloud.clock``.

    It tells the machine's time until it is changed, and never anything but UTC. A clock
    either runs, at the machine's pace, or is frozen: then the time stays the same until
    :meth:`set`, :meth:`advance` or :meth:`thaw`. So a test needs no waiting::

        cloud.clock.advance(3600)  # tokens expire
        cloud.clock.freeze(datetime(2016, 6, 21, 16, 7, 16))  # records get this time

    ``MockCloud.reset`` sets it back to the machine's time, or to that of the seed.
    """

    def __init__(self) -> None:
        self._frozen_at: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time, in UTC and with its time zone.

        Raises OverflowError where it was advanced past the years 1 to 9999.
        """
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.now(timezone.utc) + self._ahead

    @property
    def is_frozen(self) -> bool:
        """Whether the time stays the same until the clock is changed."""
        return self._frozen_at is not None

    def set(self, instant: datetime) -> None:
        """Set the time; a running clock goes on from there, a frozen one stays frozen.

        An ``instant`` without a time zone is taken as UTC.
        """
        if self._frozen_at is not None:
            self.freeze(instant)
        else:
            self._ahead = as_utc(instant) - datetime.now(timezone.utc)

    def freeze(self, instant: datetime | None = None) -> None:
        """Stop the clock at ``instant``, or at the present time where it is None.

        An ``instant`` without a time zone is taken as UTC.
        """
        self._frozen_at = as_utc(instant or self.now())

    def thaw(self) -> None:
        """Let a frozen clock run again, from the time that it shows."""
        self._ahead = self.now() - datetime.now(timezone.utc)
        self._frozen_at = None

    def advance(self, seconds: float) -> None:
        """Move the time of a frozen or running clock; negative seconds move it back.

        Raises OverflowError where a frozen clock would pass the years 1 to 9999.
        """
        if self._frozen_at is not None:
            self._frozen_at += timedelta(seconds=seconds)
        else:
            self._ahead += timedelta(seconds=seconds)

    def copy(self) -> Clock:
        """Return a clock that shows the same time and is changed independently."""
        copy = Clock()
        copy.copy_from(self)
        return copy

    def copy_from(self, other: Clock) -> None:
        """Show the time that another clock shows, frozen if that one is."""
        self._frozen_at, self._ahead = other._frozen_at, other._ahead


def as_utc(instant: datetime) -> datetime:
    """Return an instant in UTC; one without a time zone is taken as UTC."""
    if instant.tzinfo is None:
        return instant.replace(tzinfo=timezone.utc)
    return instant.astimezone(timezone.utc)


def change_clock(clock: Clock, changes: Any) -> None:
    """Change a clock as a JSON object says, all or nothing.

    ``frozen`` (true or false) freezes or thaws it, ``set`` is an ISO 8601 time to set
    it to, ``advance_s`` a number of seconds to advance it by. They are done in this
    order. Raises :class:`BadTime` for other names and wrong values.
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
    clock.copy_from(changed)
