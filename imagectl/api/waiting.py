"""Waits for what a service goes on doing after it has answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from imagectl.errors import WaitTimeoutError

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
GROWTH = 1.5

T = TypeVar("T")


@dataclass(frozen=True)
class WaitLimit:
    """How long to wait, and where to report progress meanwhile."""

    timeout_s: float
    say: Callable[[str], object]
    """Called with a line of text whenever the progress changes."""


def wait_for(
    poll: Callable[[], tuple[T | None, str]],
    what: str,
    limit: WaitLimit,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> T:
    """Call ``poll`` until it returns a result, and return that.

    ``poll`` returns its result, or None while there is none yet, and a text about the
    progress. ``what`` names what is waited for in messages. The pauses between the
    calls grow from a tenth of a second to five seconds. Raises
    :class:`WaitTimeoutError` when the time is over, and whatever ``poll`` raises.
    """
    deadline = clock() + limit.timeout_s
    pause_s, said = FIRST_PAUSE_S, ""
    while True:
        result, progress = poll()
        if progress != said:
            said = progress
            limit.say(f"{what}: {progress}")
        if result is not None:
            return result
        left_s = deadline - clock()
        if left_s <= 0:
            raise WaitTimeoutError(
                f"{what} is not done after {limit.timeout_s:g} s: {progress}",
                hint="it goes on without us; --timeout lets us wait longer",
            )
        sleep(min(pause_s, left_s))
        pause_s = min(pause_s * GROWTH, LONGEST_PAUSE_S)
