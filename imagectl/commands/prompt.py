"""Asking for a new password: on the terminal without echo, or from a script."""

from __future__ import annotations

import getpass
from typing import TextIO

from imagectl.errors import ImagectlError

PROMPT = "User Password:"
DIFFERENT = "The two passwords are not the same."


def ask_new_password(stdin: TextIO, stderr: TextIO) -> str:
    """Ask twice for a password and return it.

    On a terminal it is asked again until both are the same. Otherwise two lines of
    ``stdin`` answer, so that a script can. Raises :class:`ImagectlError` where those
    differ, and where there is no answer.
    """
    if not stdin.isatty():
        return _read_twice(stdin, stderr)
    while True:
        first = _ask(PROMPT)
        if first == _ask(f"Repeat {PROMPT}"):
            return first
        stderr.write(f"{DIFFERENT}\n")


def _ask(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise ImagectlError("No password was entered.") from None


def _read_twice(stdin: TextIO, stderr: TextIO) -> str:
    first, second = (
        _read_line(stdin, stderr, prompt) for prompt in (PROMPT, f"Repeat {PROMPT}")
    )
    if first != second:
        raise ImagectlError(DIFFERENT)
    return first


def _read_line(stdin: TextIO, stderr: TextIO, prompt: str) -> str:
    stderr.write(prompt)
    stderr.flush()
    line = stdin.readline()
    stderr.write("\n")
    if not line:
        raise ImagectlError(
            "No password was entered.",
            hint="answer on a terminal or in two lines of standard input",
        )
    return line.rstrip("\r\n")
