"""What a cloud goes on with after it answered: threads that stop with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LOG = logging.getLogger(__name__)

THREADS = 4
"""So that one image which is slow to come does not hold up the others."""


class Worker:
    """Runs jobs in threads, begun with the first job."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def is_stopped(self) -> bool:
        """Long jobs look here, and break off."""
        return self._stopped.is_set()

    def submit(self, job: Callable[[], None]) -> None:
        with self._lock:
            if self.is_stopped:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(THREADS, "mockserver-worker")
            self._pool.submit(_run, job)

    def stop(self) -> None:
        """Begin no further job, and wait for those that run."""
        self._stopped.set()
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)


def _run(job: Callable[[], None]) -> None:
    try:
        job()
    except Exception:
        LOG.exception("a job broke off")
