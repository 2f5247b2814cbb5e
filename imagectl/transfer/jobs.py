"""Several transfers at once, of which one that fails does not stop the others."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from imagectl.transfer.progress import Report

GRACE_S = 20.0
"""How long an interrupted program waits for its transfers to clean up."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Stopped(BaseException):
    """Raised in a transfer when it reports after the program was interrupted."""


def run(
    items: Sequence[Item],
    act: Callable[[Item, Report], Result],
    count: int,
    report: Report,
) -> Iterator[tuple[Item, Result | Exception]]:
    """Call ``act`` with every item in ``count`` threads; yield what comes of each.

    Results come as they are ready, exceptions among them. Where the caller is
    interrupted meanwhile, the transfers under way end with :class:`Stopped`.
    """
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
                results.put((item, act(item, report_or_stop)))
            except Exception as error:
                results.put((item, error))
            except Stopped:
                return

    # Daemons: a connection that says nothing must not keep an interrupted program.
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
