"""How much a test tries: a little in `make test`, all of it in `make robustness`."""

from __future__ import annotations

import os

from tests.robustness.recording import FOLDER_VARIABLE


def size(small: int, full: int) -> int:
    """Return ``full`` in `make robustness` and ``small`` otherwise."""
    return full if FOLDER_VARIABLE in os.environ else small
