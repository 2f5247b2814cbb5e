"""The faults of a cloud, and which exchanges they hit.

A test says which requests go wrong, and how::

    cloud.faults.add("PUT", "/v2/images/*/file", cut_after=1000, times=1)
    cloud.faults.add("GET", "/v2/images/*/file", flip_at="50%")
    cloud.faults.add(path="/v3/*", status=503, headers={"Retry-After": "1"}, after=2)

``faults/middleware.py`` does to an exchange what its fault says.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from mockserver.faults.fault import Fault


class ArmedFault:
    """A fault in place: what it is, and how often it hit."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.seen = 0
        self.hits = 0
        self.over = threading.Event()
        """Set when it is taken away: what it holds up goes on."""

    def describe(self) -> dict[str, Any]:
        return {"id": self.number, **self.fault.settings(), "hits": self.hits}

    def takes(self, method: str, path: str) -> bool:
        """Whether it hits the next request of this method to this path."""
        fault = self.fault
        if fault.method not in ("*", method) or not fnmatchcase(path, fault.path):
            return False
        self.seen += 1
        if self.seen <= fault.after or self.hits == fault.times:
            return False
        self.hits += 1
        return True


class Faults:
    """The faults of a cloud; a request is hit by the first that takes it."""

    def __init__(self) -> None:
        self._armed: list[ArmedFault] = []
        self._last_number = 0
        self._lock = threading.Lock()

    def add(self, method: str = "*", path: str = "*", **how: Any) -> ArmedFault:
        """Let requests go wrong as a :class:`Fault` of these settings says.

        Raises :class:`~mockserver.faults.fault.BadFault`.
        """
        return self.arm(Fault.from_document({"method": method, "path": path, **how}))

    def arm(self, fault: Fault) -> ArmedFault:
        with self._lock:
            self._last_number += 1
            armed = ArmedFault(self._last_number, fault)
            self._armed.append(armed)
        return armed

    def remove(self, number: int) -> None:
        """Take a fault away. Raises KeyError."""
        with self._lock:
            found = [armed for armed in self._armed if armed.number == number]
            if not found:
                raise KeyError(number)
            self._armed.remove(found[0])
            found[0].over.set()

    def clear(self) -> None:
        with self._lock:
            while self._armed:
                self._armed.pop().over.set()

    def match(self, method: str, path: str) -> ArmedFault | None:
        """Return the fault that hits a request, and count it."""
        if not self._armed:
            return None
        with self._lock:
            return next((one for one in self._armed if one.takes(method, path)), None)

    def __iter__(self) -> Iterator[ArmedFault]:
        return iter(tuple(self._armed))

    def __len__(self) -> int:
        return len(self._armed)
