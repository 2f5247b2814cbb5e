"""Runs several transfers at once; one that fails does not stop the others."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from imagectl.transfer.progress import Report

GRACE_S = 20.0
"""How long an interrupted program waits for each transfer to clean up."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Stopped(BaseException):
    """Raised in a transfer that reports progress after the program was interrupted."""


def run(
    items: Sequence[Item],
    act: Callable[[Item, Report], Result],
    count: int,
    report: Report,
) -> Iterator[tuple[Item, Result | Exception]]:
    """Call ``act`` with every item in ``count`` threads; yield each with its outcome.

    Outcomes come as they are ready: a result, or the exception that ``act`` raised. If
    the caller is interrupted meanwhile, the running transfers end with
    :class:`Stopped`. A single job runs in the caller's thread, and is interrupted
    with it.
    """
    if min(count, len(items)) < 2:
        for item in items:
            yield item, _attempt(act, item, report)
        return
    left = deque(items)
    results: queue.SimpleQueue[tuple[Item, Result | Exception]] = queue.SimpleQueue()
    is_over = threading.Event()

    def report_or_stop(size_bytes: int) -> None:
        if is_over.is_set():
            raise Stopped
        report(size_bytes)

    def work() -> None:
        while not is_over.is_set():
            try:
                item = left.popleft()
            except IndexError:
                return
            try:
                results.put((item, _attempt(act, item, report_or_stop)))
            except Stopped:
                return

    # Daemon threads: a connection that stalls must not keep an interrupted program.
    threads = [
        threading.Thread(target=work, daemon=True)
        for _ in range(min(count, len(items)))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in items:
            yield results.get()
    finally:
        is_over.set()
        for thread in threads:
            thread.join(GRACE_S)


def _attempt(
    act: Callable[[Item, Report], Result], item: Item, report: Report
) -> Result | Exception:
    try:
        return act(item, report)
    except Exception as error:
        return error
