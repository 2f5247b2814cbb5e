"""What a cloud was asked and what it answered, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

KEPT_EXCHANGES = 10_000


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


class Journal:
    """The latest exchanges of a cloud, oldest first."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)

    def record(self, exchange: Exchange) -> None:
        self._exchanges.append(exchange)

    def clear(self) -> None:
        self._exchanges.clear()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)
