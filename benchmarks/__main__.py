"""Measure, print the tables, and write them where ``--write`` says: ``make bench``."""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks import bytes_moved, copying, listing, service, startup, transfers

PAGE = """\
# Benchmarks

Written by `make bench`; nothing here is typed by hand. {machine}

Where a ratio is short of what was asked for, [design.md](design.md) says why, under
"What falls short".

## Beside `openstack`

Each row pairs `imagectl` with `openstack` on the same mock cloud in one run, in turn,
after a warm-up of each. A time is the median wall time of the whole process, a memory
its median peak resident set; a ratio is the median of the pairs' ratios, ours divided
by theirs. "By hand" is a script that imports requests and sends the same requests
(`benchmarks/bare.py`). Asked for: at most 0.20 of `openstack`'s time, 1.5 times that of
the script and, for `image list` with a cached token, 0.67 of the memory.

{startup}

## Long listings

`image list` with its output thrown away. What `imagectl` holds is the page it is at, of
1,000 images. Asked for: 100,000 images in a fifth of `openstack`'s time, and no more
than 10 MiB above what 1,000 take.

{listing}

## Images moved

Whole commands, their start and their verification included, each in turn with what
stands beside it, three times after a warm-up; the median rates, and the median of the
pairs' ratios. Files lie in memory where the machine has such a folder. Real Glance runs
in one process with eight threads, and computes two hashes of what it is sent.

{transfers}

## Between clouds

`imagectl image copy` from one mock cloud to another beside `imagectl image create` of
the same bytes from a file, both verified, in turn, the whole processes.

{copying}

## The mock beside real Keystone and Glance

The mock against Keystone 30 and Glance 33 under gunicorn, each with one process (the
real ones with eight threads), with {stored} images stored; in turn, three times each.
Of a pair of runs the rates are divided, and the median of those ratios is quoted.
{generator}.

{rates}

What a page of 25 images costs the mock does not depend on how many images there are:

{pages}

{moved}

{start}
"""


def describe_machine(reference: Path) -> str:
    version = subprocess.run(
        [reference / "openstack", "--version"], capture_output=True, text=True
    ).stdout.split()[-1]
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"Machine: {os.cpu_count()} cores ({platform.machine()}), {memory_gib:.0f} GiB,"
        f" {platform.system()} {platform.release().split('-')[0]},"
        f" Python {platform.python_version()},\npython-openstackclient {version}."
    )


def show(head: str, rows: Iterable[str]) -> str:
    lines = [head]
    print(head)
    for row in rows:
        lines.append(row)
        print(row, flush=True)
    return "\n".join(lines)


def measure_service(venv: Path) -> dict[str, str]:
    return {
        "rates": show(service.RATES_HEAD, service.rate_rows(venv)),
        "pages": show(service.PAGES_HEAD, service.page_rows()),
        "moved": show(bytes_moved.HEAD, bytes_moved.rows(venv)),
        "start": show(service.START_HEAD, service.start_rows()),
        "generator": service.GENERATOR,
        "stored": f"{service.STORED:,}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--reference", type=Path, required=True, metavar="BIN")
    parser.add_argument("--write", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    compileall.compile_dir("imagectl", quiet=1)  # as pip leaves an installed package
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        pairs = map(startup.row, startup.measure(arguments.reference))
        tables = {
            "startup": show(startup.HEAD, pairs),
            "listing": show(listing.HEAD, listing.rows(arguments.reference)),
            "transfers": show(transfers.HEAD, transfers.rows(arguments.reference)),
            "copying": show(copying.HEAD, copying.rows()),
            **measure_service(arguments.reference.parent),
        }
    machine = describe_machine(arguments.reference)
    if arguments.write:
        arguments.write.write_text(PAGE.format(machine=machine, **tables))


main()
