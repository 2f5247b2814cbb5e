"""What a cloud was asked and what it answered, in order."""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT_EXCHANGES = 10_000
UNANSWERED = 0
"""The status of an exchange that a fault left without an answer."""
_SECRET = re.compile(r"((?:^|&)[^=&]*(?:token|password|secret)[^=&]*=)[^&]*", re.I)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the status it was answered with.

    Bodies and tokens are not kept: a journal may be printed.
    """

    service: str
    method: str
    path: str
    query: str
    status: int
    request_id: str
    began_at: datetime
    duration_s: float
    fault: int | None = None
    """The number of the fault that hit it."""

    def describe(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {**dataclasses.asdict(self), "began_at": self.began_at.isoformat()}


class Journal:
    """The latest exchanges of a cloud, oldest first."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)

    def record(self, exchange: Exchange) -> None:
        query = _SECRET.sub(r"\1***", exchange.query)
        self._exchanges.append(dataclasses.replace(exchange, query=query))

    def clear(self) -> None:
        self._exchanges.clear()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)
