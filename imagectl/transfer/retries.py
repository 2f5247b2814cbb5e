"""When a transfer that failed is tried again, and when that is pointless."""

from __future__ import annotations

import logging
import random
import time

from imagectl.errors import ImagectlError, UnreachableError

LIMIT = 5
"""How often in a row a transfer may fail without having moved anything."""
FIRST_DELAY_S = 0.5
MAX_DELAY_S = 30.0
MAX_RETRY_AFTER_S = 300.0
PASSING = frozenset((408, 429, 500, 502, 503, 504))

_log = logging.getLogger(__name__)
pause = time.sleep


class Retries:
    """The failures of one transfer; ``limit`` of them in a row are forgiven."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.failures = 0
        self._limit = limit

    def wait(self, error: ImagectlError, *also: int) -> None:
        """Return when it is time to try again; raise ``error`` if it never is.

        Tried again is what may pass: a lost connection, the statuses in
        :data:`PASSING`, and ``also``. Each delay is twice the one before, and as long
        as a ``Retry-After`` asks for, up to five minutes.
        """
        asked_s = error.retry_after_s or 0.0
        is_passing = isinstance(error, UnreachableError) or error.status in PASSING
        is_hopeless = not is_passing and error.status not in also
        if is_hopeless or self.failures >= self._limit or asked_s > MAX_RETRY_AFTER_S:
            raise error
        longest_s = min(FIRST_DELAY_S * 2**self.failures, MAX_DELAY_S)
        self.failures += 1
        # Clients that were cut off together do not come back together.
        delay_s = max(asked_s, random.uniform(longest_s / 2, longest_s))
        _log.warning("%s; trying again in %.1f s", error, delay_s)
        pause(delay_s)

    def forget(self) -> None:
        """Something was moved: the next failure is the first again."""
        self.failures = 0
