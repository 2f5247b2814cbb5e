"""Threads for work that goes on after a request is answered; a cloud ends its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LOG = logging.getLogger(__name__)

THREADS = 4
"""More than one, so that an image that is slow to fetch does not hold up others."""


class Worker:
    """Runs jobs in threads, which are started with the first job."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def is_stopped(self) -> bool:
        """Whether :meth:`stop` was called; a long job checks this and ends early."""
        return self._stopped.is_set()

    def submit(self, job: Callable[[], None]) -> None:
        """Run a job soon; what it raises is logged. A stopped worker ignores it."""
        with self._lock:
            if self.is_stopped:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(THREADS, "mockserver-worker")
            self._pool.submit(_run, job)

    def stop(self) -> None:
        """Drop the jobs that wait, and return when those that run have ended."""
        self._stopped.set()
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)


def _run(job: Callable[[], None]) -> None:
    try:
        job()
    except Exception:
        LOG.exception("a job broke off")
