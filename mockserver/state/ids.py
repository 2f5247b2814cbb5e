"""Identifiers of new records: random, or the next ones a seed has written down."""

from __future__ import annotations

import contextlib
import uuid
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping


class Ids:
    """Hands out ids in the forms of the two services.

    A queue per noun holds the ids that a seed scripted; once it is empty, ids are
    random again.
    """

    def __init__(self) -> None:
        self._scripted: defaultdict[str, deque[str]] = defaultdict(deque)
        self._record: defaultdict[str, list[str]] | None = None

    def script(self, noun: str, ids: Iterable[str]) -> None:
        self._scripted[noun].extend(ids)

    def scripted(self) -> dict[str, list[str]]:
        """Return the ids that are yet to come, by noun."""
        return {noun: list(ids) for noun, ids in self._scripted.items()}

    def rewrite(self, scripted: Mapping[str, Iterable[str]]) -> None:
        """Let these be the next ids, and no others."""
        self._scripted.clear()
        for noun, ids in scripted.items():
            self.script(noun, ids)

    @contextlib.contextmanager
    def recording(self) -> Iterator[dict[str, list[str]]]:
        """Yield what is filled with the ids that the block makes, by noun."""
        record: defaultdict[str, list[str]] = defaultdict(list)
        self._record = record
        try:
            yield record
        finally:
            self._record = None

    def hex(self, noun: str) -> str:
        """Return an id as Keystone makes them: 32 hexadecimal digits."""
        return self._next(noun, uuid.uuid4().hex)

    def uuid(self, noun: str) -> str:
        """Return an id as Glance makes them: a UUID with its dashes."""
        return self._next(noun, str(uuid.uuid4()))

    def _next(self, noun: str, new_id: str) -> str:
        with contextlib.suppress(IndexError):
            new_id = self._scripted[noun].popleft()
        if self._record is not None:
            self._record[noun].append(new_id)
        return new_id
