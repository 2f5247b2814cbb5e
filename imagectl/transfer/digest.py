"""Sizes and hashes of image data, and their comparison with an image record."""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from imagectl.errors import VerificationError
from imagectl.transfer.malloc import keep_freed_blocks

USUAL_ALGORITHM = "sha512"
"""The default of Glance's ``hashing_algorithm``. Data that can be read again is hashed
by this one only; if the service turns out to use another, the data is read again."""
LAG_BLOCKS = 3
"""How many blocks the hashing may be behind; more would only take more memory."""


_log = logging.getLogger(__name__)


class Digest:
    """Counts blocks and hashes them, in one thread for each algorithm.

    hashlib releases the interpreter lock while it works, so that a block is hashed
    while the next ones are read and sent. As a context manager it ends its threads on
    exit; size and hashes can be read afterwards.
    """

    def __init__(self, algorithms: Iterable[str]) -> None:
        keep_freed_blocks()
        self.size_bytes = 0
        self._hashes = {
            name: hashlib.new(name, usedforsecurity=False) for name in algorithms
        }
        self._threads = {name: ThreadPoolExecutor(1) for name in self._hashes}
        self._behind: deque[list[Future[None]]] = deque()

    def __enter__(self) -> Digest:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads.values():
            thread.shutdown()

    def update(self, block: bytes) -> None:
        self._wait(LAG_BLOCKS - 1)
        self.size_bytes += len(block)
        self._behind.append(
            [
                self._threads[name].submit(each.update, block)
                for name, each in self._hashes.items()
            ]
        )

    def values(self) -> dict[str, str]:
        """Return the hexadecimal hash of all blocks so far, by algorithm."""
        self._wait(0)
        return {name: each.hexdigest() for name, each in self._hashes.items()}

    def _wait(self, most: int) -> None:
        """Wait until at most so many blocks are still to be hashed."""
        while len(self._behind) > most:
            for each in self._behind.popleft():
                each.result()


def stated_hashes(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the hashes that an image record states, by algorithm, best first."""
    stated = {
        record.get("os_hash_algo"): record.get("os_hash_value"),
        "md5": record.get("checksum"),
    }
    return {name: value for name, value in stated.items() if name and value}


def algorithm_for(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the best algorithm to verify an image by, alone in a tuple.

    The tuple is empty where the record states no hash that can be computed here.
    """
    known = (name for name in stated_hashes(record) if _is_computable(name))
    return tuple(known)[:1]


def verify(
    record: Mapping[str, Any], digest: Digest, what: str, *, expects_hash: bool = True
) -> None:
    """Raise :class:`VerificationError` unless ``digest`` is what ``record`` states.

    A record without a hash that ``digest`` has verifies nothing but a size; a warning
    says so, unless none is expected. ``what`` names the data in the message.
    """
    size = record.get("size")
    if size is not None and size != digest.size_bytes:
        raise VerificationError(
            f"{what} did not verify: it has {digest.size_bytes} bytes,"
            f" and the image has {size}"
        )
    stated = stated_hashes(record)
    found = digest.values()
    if expects_hash and stated.keys().isdisjoint(found):
        _log.warning("%s was not verified: its image states no hash", what)
    for algorithm, value in found.items():
        if stated.get(algorithm, value) != value:
            raise VerificationError(
                f"{what} did not verify: its {algorithm} is {value[:16]}...,"
                f" and the image's is {stated[algorithm][:16]}..."
            )


def _is_computable(algorithm: str) -> bool:
    is_of_any_length = algorithm.startswith("shake")
    return algorithm in hashlib.algorithms_available and not is_of_any_length
