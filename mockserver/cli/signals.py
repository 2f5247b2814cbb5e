"""Signals that would end a command."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_to(
    handle: Callable[[int], None], *others: signal.Signals
) -> Iterator[None]:
    """Call ``handle`` with each signal that would end the process, within the block.

    ``others`` are further signals that it wants.
    """

    def receive(signum: int, frame: FrameType | None) -> None:
        handle(signum)

    before = {one: signal.signal(one, receive) for one in (*ENDING, *others)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def awaited_signals(*others: signal.Signals) -> Iterator[Callable[..., int | None]]:
    """Yield a function that waits for a signal that would end the process.

    It returns the signal's number, at once if one has come since the block began.
    ``others`` are further signals to wait for. Given ``timeout_s=0`` it does not wait,
    and returns None if none has come. Python calls a handler only between two
    instructions of the main thread: a signal that comes just before that thread blocks
    would not wake it, so its number is sent through a socket.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    with reader, writer, signals_to(lambda signum: None, *others):
        before = signal.set_wakeup_fd(writer.fileno())
        try:
            yield partial(_receive, reader)
        finally:
            signal.set_wakeup_fd(before)


def _receive(reader: socket.socket, *, timeout_s: float | None = None) -> int | None:
    reader.settimeout(timeout_s)
    try:
        return reader.recv(1)[0]
    except (BlockingIOError, TimeoutError):
        return None
