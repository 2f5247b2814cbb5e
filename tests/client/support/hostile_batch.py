"""A script: runs command lines, one after the other, in a process with little memory.

It reads them from a file, a JSON list on each line, and writes the outcome of each to
another one. The last line is the most memory that the process had.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from imagectl.api import waiting
from imagectl.http import retries
from imagectl.shell import main

MANY = 6000
ADDRESS_SPACE = 2 << 30


def run(argv: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        sys.stdout = io.TextIOWrapper(out, "utf-8")
        sys.stderr = io.TextIOWrapper(err, "utf-8")
        began_s = time.monotonic()
        code, error = run_here(argv)
        seconds = time.monotonic() - began_s
        told = [read(stream) for stream in (sys.stdout, sys.stderr)]
    text = told[1]
    return {
        "argv": argv,
        "code": code,
        "raw": [c for c in {*"".join(told)} if c != "\n" and not c.isprintable()],
        "err": (text if len(text) < MANY else text[:1000] + text[-MANY:]) + error,
        "seconds": seconds,
    }


def run_here(argv: list[str]) -> tuple[Any, str]:
    try:
        return main(argv), ""
    except SystemExit as leave:
        return leave.code, ""
    except BaseException as error:
        return 1, repr(error)


def read(stream: Any) -> str:
    stream.flush()
    stream.buffer.seek(0)
    return str(stream.buffer.read().decode("utf-8", "replace"))


def run_all(source: Path, target: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what ``image save`` writes to
    retries.pause = lambda seconds: None
    defaults: dict[str, Any] = waiting.wait_for.__kwdefaults__ or {}
    defaults["sleep"] = lambda seconds: None
    with target.open("w") as file:
        for line in source.read_text().splitlines():
            file.write(json.dumps(run(json.loads(line))) + "\n")
            file.flush()
        # ``ru_maxrss`` would begin with what the process had that started this one.
        status = Path("/proc/self/status").read_text()
        peak_kib = int(status.partition("VmHWM:")[2].split()[0])
        file.write(json.dumps(peak_kib) + "\n")


if __name__ == "__main__":
    run_all(Path(sys.argv[1]), Path(sys.argv[2]))
