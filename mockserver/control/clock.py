"""The time a cloud lives in: the machine's, or one that stands until it is moved."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class Clock:
    """Tells an aware UTC time; both services and every record use only this one."""

    def __init__(self) -> None:
        self._frozen_at: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.now(timezone.utc) + self._ahead

    def freeze(self, instant: datetime | None = None) -> None:
        """Let time stand at ``instant`` (now unless given); a naive one is UTC."""
        instant = instant or self.now()
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=timezone.utc)
        self._frozen_at = instant.astimezone(timezone.utc)

    def thaw(self) -> None:
        """Let time run on from where it stands."""
        self._ahead = self.now() - datetime.now(timezone.utc)
        self._frozen_at = None

    def advance(self, seconds: float) -> None:
        if self._frozen_at is not None:
            self._frozen_at += timedelta(seconds=seconds)
        else:
            self._ahead += timedelta(seconds=seconds)
