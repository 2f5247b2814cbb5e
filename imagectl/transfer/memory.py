"""The memory that blocks of data pass through."""

from __future__ import annotations

import contextlib
from functools import cache

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
KEPT_BYTES = 32 << 20


@cache
def keep_freed_blocks() -> None:
    """Have glibc keep what it is given back, up to 32 MiB.

    It would return each block to the system, and fetch the next one page by page: a
    third of the time that the system needs to save a gigabyte.
    """
    import ctypes

    with contextlib.suppress(AttributeError, OSError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
