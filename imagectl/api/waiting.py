"""The one waiter for what a service does after it has answered."""

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
class Patience:
    """How long to wait, and whom to tell what is waited for."""

    timeout_s: float
    say: Callable[[str], object]


def wait_for(
    poll: Callable[[], tuple[T | None, str]],
    what: str,
    patience: Patience,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> T:
    """Ask ``poll`` again and again until it returns a result, and return that.

    ``poll`` returns its result, or ``None`` while there is none, and how far things
    are; that is said whenever it changes. The pauses grow from a tenth of a second to
    five. Raises :class:`WaitTimeoutError` when the time is over, and whatever ``poll``
    raises.
    """
    deadline = clock() + patience.timeout_s
    pause_s, said = FIRST_PAUSE_S, ""
    while True:
        result, progress = poll()
        if progress != said:
            said = progress
            patience.say(f"{what}: {progress}")
        if result is not None:
            return result
        left_s = deadline - clock()
        if left_s <= 0:
            raise WaitTimeoutError(
                f"{what} is not done after {patience.timeout_s:g} s: {progress}",
                hint="it goes on without us; --timeout lets us wait longer",
            )
        sleep(min(pause_s, left_s))
        pause_s = min(pause_s * GROWTH, LONGEST_PAUSE_S)
