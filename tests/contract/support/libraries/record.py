"""Record what the libraries see of the real services."""

from __future__ import annotations

import json

from tests.contract.support.clouds import open_real
from tests.contract.support.libraries.driving import (
    BIN_VARIABLE,
    LIBRARIES,
    drive,
    find_python,
    path_of,
)


def record() -> None:
    python = find_python()
    if python is None:
        raise SystemExit(f"{BIN_VARIABLE} names no folder with a python")
    with open_real() as cloud:
        for library in LIBRARIES:
            text = json.dumps(drive(python, library, cloud), indent=1, sort_keys=True)
            path_of(library).write_text(text + "\n")


if __name__ == "__main__":
    record()
