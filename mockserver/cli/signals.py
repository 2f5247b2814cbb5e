"""Signals that would end a command."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
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


@contextmanager
def awaited_signals() -> Iterator[Callable[[], object]]:
    """Yield a function that waits for a signal that would end the process.

    It returns at once if one has come since the block began. Python calls a handler
    only between two instructions of the main thread: a signal that comes just before
    that thread blocks would not wake it, so its number is sent through a socket.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    with reader, writer, signals_to(lambda signum: None):
        before = signal.set_wakeup_fd(writer.fileno())
        try:
            yield partial(reader.recv, 1)
        finally:
            signal.set_wakeup_fd(before)
