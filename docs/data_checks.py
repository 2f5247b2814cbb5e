"""docs/data-checks.md: what Glance, the mock and imagectl say to the same data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from imagectl.transfer.formats import AUTO
from tests.contract.support.data_corpus import GROUPS, formats_to_declare
from tests.contract.support.data_verdicts import (
    DIFFERENCES,
    REFUSED,
    TAKEN,
    UPLOAD,
    Verdicts,
    ask_imagectl,
    ask_mock,
    key_of,
    read_recorded,
)

INTRODUCTION = """\
# Data checks

Written by `make docs`; do not edit.

Each sample is made by `tests/contract/support/data_corpus.py` and declared as several
disk formats, in a bare container. *Glance 33* is what a real one answered when it had
all of the data, recorded by `tests/contract/support/data_verdicts.py`; `make real` asks
again. *mock* is as Glance unless it says otherwise. *imagectl* is what its check says
before the first byte is sent.

Without `--disk-format` imagectl finds it out (*auto*), and refuses what is no disk:
`--disk-format raw` insists. `--allow-unsafe` insists on what a service would refuse.
"""


def data_check_files() -> dict[str, str]:
    recorded = read_recorded()
    lines = [INTRODUCTION]
    for title, samples in GROUPS.items():
        lines += [f"## {title}", ""]
        lines += ["| sample | declared as | Glance 33 | mock | imagectl | why |"]
        lines += ["|---|---|---|---|---|---|", *_rows(samples, recorded), ""]
    return {"data-checks.md": "\n".join(lines)}


def _rows(samples: Mapping[str, bytes], recorded: Verdicts) -> Iterator[str]:
    for name in samples:
        mock = ask_mock(name)
        for disk_format in dict.fromkeys(formats_to_declare(name)):
            real = recorded[key_of(UPLOAD, name, disk_format)]
            cells = [name, disk_format, _shorten(real)]
            same = mock(disk_format) == real
            cells += ["" if same else _shorten(mock(disk_format))]
            cells += [ask_imagectl(name, disk_format)]
            cells += [DIFFERENCES.get((name, disk_format), "")]
            yield f"| {' | '.join(cells)} |"
        yield f"| {name} | *auto* | | | {ask_imagectl(name, AUTO)} | |"


def _shorten(verdict: str) -> str:
    return TAKEN if verdict.startswith(TAKEN) else verdict.removeprefix(REFUSED)
