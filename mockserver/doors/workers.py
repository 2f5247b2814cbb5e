"""Threads that answer requests: as many as there are requests that take long."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol

KEPT_THREADS = 10


class Connection(Protocol):
    socket: socket.socket

    def communicate(self) -> bool: ...

    def close(self) -> None: ...


class Workers:
    """Answers each connection at once, however long others take.

    A client that sends a byte a second has a thread of its own, and delays nobody.
    Takes the place of cheroot's pool, whose threads are a fixed number. ``put_back``
    takes a connection that is answered and stays open.
    """

    def __init__(self, put_back: Callable[[Connection], None]) -> None:
        self._put_back = put_back
        self._queue: SimpleQueue[Connection | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._answered: set[Connection] = set()
        """Connections that wait for a thread, or have one."""

    def start(self) -> None:
        """Threads start when they are needed."""

    def put(self, connection: Connection) -> None:
        with self._lock:
            self._answered.add(connection)
            if len(self._answered) > len(self._threads):
                self._start_thread()
        self._queue.put(connection)

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, daemon=True)
        # where no thread can be started, connections wait for one that is there
        with contextlib.suppress(RuntimeError):
            thread.start()
            self._threads.add(thread)

    def _work(self) -> None:
        while (connection := self._queue.get()) is not None:
            is_kept = False
            with contextlib.suppress(OSError):  # the client is gone
                is_kept = connection.communicate()
            with self._lock:
                self._answered.discard(connection)
            if is_kept:
                self._put_back(connection)
            else:
                connection.close()
            if self._is_one_too_many():
                return

    def _is_one_too_many(self) -> bool:
        """Leave the threads if there are more than are needed; tell whether it did."""
        with self._lock:
            if len(self._threads) <= max(KEPT_THREADS, len(self._answered)):
                return False
            self._threads.discard(threading.current_thread())
            return True

    def stop(self, timeout_s: float) -> None:
        """Wait so long for requests that are being answered, then cut them off."""
        with self._lock:
            threads = set(self._threads)
        for _ in threads:
            self._queue.put(None)
        _join(threads, timeout_s)
        with self._lock:
            answered = set(self._answered)
        for connection in answered:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        _join(threads, timeout_s)


def _join(threads: set[threading.Thread], timeout_s: float) -> None:
    end_s = time.monotonic() + timeout_s
    for thread in threads:
        thread.join(max(end_s - time.monotonic(), 0))
