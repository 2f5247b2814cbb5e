"""The signals that end the program, raised as exceptions so that commands clean up."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_S = 5.0
"""How long a signal is held back for the answer to a request."""


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGINT; SystemExit on SIGTERM, and on SIGHUP.

    The codes of the latter are those that shells report. A signal that is ignored, as
    with ``nohup``, stays so.
    """
    before = {number: signal.signal(number, _raise) for number in _heard()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Act on a signal only after the block, which waits for an answer.

    So the program knows the id of what a request created, and can delete or name it. A
    second signal is not held back, and the first for a few seconds only.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if came:
            _raise(came[0], frame)
        came.append(number)
        signal.setitimer(signal.ITIMER_REAL, GRACE_S)

    before = {number: signal.signal(number, note) for number in _heard()}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, note)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _heard() -> list[signal.Signals]:
    """Return the signals that are not ignored."""
    return [n for n in ENDING if signal.getsignal(n) not in (signal.SIG_IGN, None)]


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
