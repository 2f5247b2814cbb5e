"""`make docs`: write the pages that are made from the code."""

from __future__ import annotations

import logging
from pathlib import Path

from docs.compatibility import compatibility_files
from docs.data_checks import data_check_files
from docs.reference import reference_files

HERE = Path(__file__).parent


def main() -> None:
    logging.disable()  # the mock says what it refuses
    files = {**reference_files(), **compatibility_files(), **data_check_files()}
    reference = HERE / "reference"
    reference.mkdir(exist_ok=True)
    for path in reference.glob("*.md"):
        path.unlink()
    for name, text in files.items():
        (HERE / name).write_text(text)


main()
