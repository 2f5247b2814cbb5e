"""The journal: what a cloud was asked and what it answered, in order."""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

KEPT_EXCHANGES = 10_000
UNANSWERED = 0
"""The status of an exchange that a fault left without an answer."""
_SECRET = re.compile(r"((?:^|&)[^=&]*(?:token|password|secret)[^=&]*=)[^&]*", re.I)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to a cloud, and the status of its answer.

    Headers and bodies are not kept, so that no token or password is in a journal that
    somebody prints.
    """

    service: str
    """The service that was asked: "identity" or "image"."""
    method: str
    path: str
    """The path as the service sees it: decoded, without ``/identity`` or ``/image``."""
    query: str
    """The query as it was sent, with ``***`` for the values of secrets."""
    status: int
    """The HTTP status, or 0 (``UNANSWERED``) where a fault ended the connection."""
    request_id: str
    """The ``x-openstack-request-id`` of the answer."""
    began_at: datetime
    """When the request came, by the cloud's clock."""
    duration_s: float
    """Seconds until the answer's headers were sent, by the machine's clock."""
    fault: int | None = None
    """The number of the fault that hit the request, None if none did."""
    number: int = 0
    """Counts the exchanges of a cloud, from 1 on."""

    def describe(self) -> dict[str, Any]:
        """Return the exchange as ``/_mock/journal`` shows it, ready for JSON."""
        return {**dataclasses.asdict(self), "began_at": self.began_at.isoformat()}


class Journal:
    """The latest exchanges of a cloud, oldest first; ``cloud.journal``.

    Iterating yields them, ``len()`` counts them::

        assert [one.status for one in cloud.journal] == [201, 204]

    The last 10,000 are kept. Requests to ``/_mock/`` are not recorded. An exchange is
    recorded when its answer begins, so one whose body is still being sent is in the
    journal already.
    """

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)
        self._numbers = count(1)

    def record(self, exchange: Exchange) -> None:
        """Append an exchange, without the secrets in its query."""
        query = _SECRET.sub(r"\1***", exchange.query)
        number = next(self._numbers)
        kept = dataclasses.replace(exchange, query=query, number=number)
        self._exchanges.append(kept)

    def clear(self) -> None:
        """Forget all exchanges."""
        self._exchanges.clear()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)
