"""Standard output and error, which may be closed or full."""

from __future__ import annotations

import contextlib
import os
import sys

from mockserver.cli.failure import Failure


def open_missing_streams() -> None:
    """Let closed standard streams, which Python has as None, lead nowhere.

    No file that is opened later gets the number of one.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        _lead_nowhere(number)
        stream = open(number, "w" if number else "r", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)


def write_out(text: str) -> bool:
    """Print text at once; return whether there is anybody left to read more.

    Raises :class:`Failure` where it cannot be printed.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _lead_nowhere(1)
        if not isinstance(error, BrokenPipeError):
            raise Failure(f"cannot write the output: {error.strerror}") from error
        return False
    return True


def write_error(line: str) -> None:
    """Print a line of error, if there is where to."""
    try:
        sys.stderr.write(line)
        sys.stderr.flush()
    except OSError:
        _lead_nowhere(2)


def _lead_nowhere(number: int) -> None:
    """Let a descriptor lead nowhere: what is buffered for it would fail at the end."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
