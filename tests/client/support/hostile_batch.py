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
    files = [tempfile.TemporaryFile() for _ in range(2)]
    streams = [io.TextIOWrapper(file, "utf-8") for file in files]
    sys.stdout, sys.stderr = streams
    began_s = time.monotonic()
    error = ""
    try:
        code: Any = main(argv)
    except SystemExit as leave:
        code = leave.code
    except BaseException as left:
        code, error = 1, repr(left)
    seconds = time.monotonic() - began_s
    texts = []
    for stream, file in zip(streams, files, strict=True):
        stream.flush()
        file.seek(0)
        texts.append(file.read().decode("utf-8", "replace"))
        stream.close()
    out, err = texts
    return {
        "argv": argv,
        "code": code,
        "out": out[:300],
        "raw": [c for c in {*out, *err} if c != "\n" and not c.isprintable()],
        "err": (err if len(err) < MANY else err[:1000] + err[-MANY:]) + error,
        "seconds": seconds,
    }


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
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        file.write(json.dumps(peak_kib) + "\n")


if __name__ == "__main__":
    run_all(Path(sys.argv[1]), Path(sys.argv[2]))
