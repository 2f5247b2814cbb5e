"""Decides whether and when a failed transfer is retried."""

from __future__ import annotations

import logging
import random
import time

from imagectl.errors import ImagectlError, UnreachableError

LIMIT = 5
"""How many times in a row a transfer is retried without having moved anything."""
FIRST_DELAY_S = 0.5
MAX_DELAY_S = 30.0
MAX_RETRY_AFTER_S = 300.0
PASSING = frozenset((408, 429, 500, 502, 503, 504))
"""Statuses of failures that may pass."""

_log = logging.getLogger(__name__)
pause = time.sleep


class Retries:
    """Counts the failures of one transfer; up to ``limit`` in a row are retried."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.failures = 0
        self._limit = limit

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
        if is_hopeless or self.failures >= self._limit or asked_s > MAX_RETRY_AFTER_S:
            raise error
        longest_s = min(FIRST_DELAY_S * 2**self.failures, MAX_DELAY_S)
        self.failures += 1
        # Random, so that clients that were cut off together do not return together.
        delay_s = max(asked_s, random.uniform(longest_s / 2, longest_s))
        _log.warning("%s; trying again in %.1f s", error, delay_s)
        pause(delay_s)

    def reset(self) -> None:
        """Count from zero again, because something was transferred."""
        self.failures = 0
