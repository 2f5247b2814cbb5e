"""Signals that would end a command."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def signals_to(handle: Callable[[int], None]) -> Iterator[None]:
    """Call ``handle`` with each signal that would end the process, within the block."""

    def receive(signum: int, frame: FrameType | None) -> None:
        handle(signum)

    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {one: signal.signal(one, receive) for one in wanted}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
