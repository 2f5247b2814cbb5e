"""Decides whether and when a failed request or transfer is tried again."""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from imagectl.errors import ImagectlError, UnreachableError

LIMIT = 5
"""How many times in a row a transfer is retried without having moved anything."""
FIRST_DELAY_S = 0.5
MAX_DELAY_S = 30.0
MAX_RETRY_AFTER_S = 300.0
PASSING = frozenset((408, 429, 500, 502, 503, 504))
"""Statuses of failed transfers that may pass."""
BUSY = frozenset((429, 502, 503, 504))
"""Statuses of a service that does not answer now, after which any read is repeated."""

_log = logging.getLogger(__name__)
pause = time.sleep


class Retries:
    """Counts the failures of one transfer; up to ``limit`` in a row are retried.

    Pauses of up to ``silent_s`` are only logged with ``-v``.
    """

    def __init__(self, limit: int = LIMIT, *, silent_s: float = 0.0) -> None:
        self.failures = 0
        self._limit = limit
        self._silent_s = silent_s

    def wait(self, error: ImagectlError, *also: int) -> None:
        """Wait and return if the transfer is to be retried; otherwise raise ``error``.

        Retried are lost connections and the statuses in :data:`PASSING` and ``also``,
        up to the limit. The delay doubles each time, up to half a minute, and is at
        least what ``Retry-After`` asks for; one of more than five minutes is not
        waited for.
        """
        asked_s = error.retry_after_s or 0.0
        is_passing = isinstance(error, UnreachableError) or error.status in PASSING
        is_hopeless = not is_passing and error.status not in also
        if is_hopeless or not self.wait_for_another(str(error), asked_s):
            raise error

    def wait_for_another(
        self, reason: str, asked_s: float = 0.0, left_s: float = float("inf")
    ) -> bool:
        """Wait before another attempt; return False, at once, if there is to be none.

        ``reason`` is why the last one failed, ``asked_s`` how long the service asks to
        be left alone, and ``left_s`` how much time there is at all.
        """
        if self.failures >= self._limit or asked_s > MAX_RETRY_AFTER_S:
            return False
        longest_s = min(FIRST_DELAY_S * 2**self.failures, MAX_DELAY_S)
        # Random, so that clients that were cut off together do not return together.
        delay_s = max(asked_s, random.uniform(longest_s / 2, longest_s))
        if delay_s >= left_s:
            return False
        self.failures += 1
        level = logging.INFO if delay_s <= self._silent_s else logging.WARNING
        _log.log(level, "%s; trying again in %.1f s", reason, delay_s)
        pause(delay_s)
        return True

    def reset(self) -> None:
        """Count from zero again, because something was transferred."""
        self.failures = 0


def seconds_of(retry_after: str) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, also by a date.

    None stands for a header that says neither (RFC 9110, 10.2.3).
    """
    if retry_after.isdecimal() and retry_after.isascii():
        return float(retry_after[:9])
    try:
        time_ = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, OverflowError):
        return None
    now = datetime.now(timezone.utc if time_.tzinfo else None)
    return max(0.0, (time_ - now).total_seconds())
