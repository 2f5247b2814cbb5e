"""Hashes and sizes of the bytes that pass by, and whether they are the right ones."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from imagectl.errors import VerificationError
from imagectl.transfer.memory import keep_freed_blocks

USUAL_ALGORITHM = "sha512"
"""The default of Glance's ``hashing_algorithm``; all that is computed of data that can
be read once more if the service turns out to keep another."""
LAG_BLOCKS = 3
"""How many blocks hashing may be behind: more would only be more memory."""


class Digest:
    """Counts and hashes blocks, in one thread for each algorithm.

    hashlib releases the interpreter while it works, so a block is hashed while the
    next ones are read and sent.
    """

    def __init__(self, algorithms: Iterable[str]) -> None:
        keep_freed_blocks()
        self.size_bytes = 0
        self._hashes = {
            name: hashlib.new(name, usedforsecurity=False) for name in algorithms
        }
        self._threads = {name: ThreadPoolExecutor(1) for name in self._hashes}
        self._behind: deque[list[Future[None]]] = deque()

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
        """Return the hexadecimal hash of all blocks, by algorithm."""
        self._wait(0)
        return {name: each.hexdigest() for name, each in self._hashes.items()}

    def _wait(self, most: int) -> None:
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
    """Return the best algorithm to verify an image by; none where nothing is stated."""
    known = (name for name in stated_hashes(record) if _is_computable(name))
    return tuple(known)[:1]


def verify(record: Mapping[str, Any], digest: Digest, what: str) -> None:
    """Raise :class:`VerificationError` unless ``digest`` is what ``record`` states.

    ``what`` names the data in the message.
    """
    size = record.get("size")
    if size is not None and size != digest.size_bytes:
        raise VerificationError(
            f"{what} did not verify: it has {digest.size_bytes} bytes,"
            f" and the image has {size}"
        )
    stated = stated_hashes(record)
    for algorithm, value in digest.values().items():
        if stated.get(algorithm, value) != value:
            raise VerificationError(
                f"{what} did not verify: its {algorithm} is {value[:16]}...,"
                f" and the image's is {stated[algorithm][:16]}..."
            )


def _is_computable(algorithm: str) -> bool:
    is_of_any_length = algorithm.startswith("shake")
    return algorithm in hashlib.algorithms_available and not is_of_any_length
