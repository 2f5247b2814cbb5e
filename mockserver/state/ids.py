"""Ids of new records: random, or those that a seed scripted."""

from __future__ import annotations

import contextlib
import uuid
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping


class Ids:
    """Makes ids in the forms of the two services.

    A noun ("user", "image") has a queue of the ids that a seed scripted for it. Ids are
    random where the queue is empty.
    """

    def __init__(self) -> None:
        self._scripted: defaultdict[str, deque[str]] = defaultdict(deque)
        self._record: defaultdict[str, list[str]] | None = None

    def script(self, noun: str, ids: Iterable[str]) -> None:
        """Append to the queue of a noun."""
        self._scripted[noun].extend(ids)

    def scripted(self) -> dict[str, list[str]]:
        """Return the scripted ids that are not used yet, by noun."""
        return {noun: list(ids) for noun, ids in self._scripted.items()}

    def replace_scripted(self, scripted: Mapping[str, Iterable[str]]) -> None:
        """Replace all queues by these, by noun."""
        self._scripted.clear()
        for noun, ids in scripted.items():
            self.script(noun, ids)

    @contextlib.contextmanager
    def recording(self) -> Iterator[dict[str, list[str]]]:
        """Yield a mapping, by noun, that gets every id made within the block."""
        record: defaultdict[str, list[str]] = defaultdict(list)
        self._record = record
        try:
            yield record
        finally:
            self._record = None

    def hex(self, noun: str) -> str:
        """Return the next id in Keystone's form: 32 hexadecimal digits."""
        return self._next(noun, uuid.uuid4().hex)

    def uuid(self, noun: str) -> str:
        """Return the next id in Glance's form: a UUID with dashes."""
        return self._next(noun, str(uuid.uuid4()))

    def _next(self, noun: str, new_id: str) -> str:
        with contextlib.suppress(IndexError):
            new_id = self._scripted[noun].popleft()
        if self._record is not None:
            self._record[noun].append(new_id)
        return new_id
