"""Identifiers of new records: random, or the next ones a seed has written down."""

from __future__ import annotations

import uuid
from collections import defaultdict, deque
from collections.abc import Iterable


class Ids:
    """Hands out ids in the forms of the two services.

    A queue per noun holds the ids that a seed scripted; once it is empty, ids are
    random again.
    """

    def __init__(self) -> None:
        self._scripted: defaultdict[str, deque[str]] = defaultdict(deque)

    def script(self, noun: str, ids: Iterable[str]) -> None:
        self._scripted[noun].extend(ids)

    def hex(self, noun: str) -> str:
        """Return an id as Keystone makes them: 32 hexadecimal digits."""
        return self._next(noun) or uuid.uuid4().hex

    def uuid(self, noun: str) -> str:
        """Return an id as Glance makes them: a UUID with its dashes."""
        return self._next(noun) or str(uuid.uuid4())

    def _next(self, noun: str) -> str | None:
        try:
            return self._scripted[noun].popleft()
        except IndexError:
            return None
