"""Ask for passwords: on a terminal without echo, otherwise from standard input."""

from __future__ import annotations

import getpass
from typing import TextIO

from imagectl.errors import ImagectlError

PROMPT = "User Password:"
DIFFERENT = "The two passwords are not the same."


def ask_new_password(stdin: TextIO, stderr: TextIO, prompt: str = PROMPT) -> str:
    """Ask for a password twice and return it.

    On a terminal the question is repeated until both answers are the same. Otherwise
    the answers are two lines of ``stdin``, so that scripts can give them. Raises
    :class:`ImagectlError` if these differ, and without an answer.
    """
    while True:
        first = ask_password(stdin, stderr, prompt)
        if first == ask_password(stdin, stderr, f"Repeat {prompt}"):
            return first
        if not stdin.isatty():
            raise ImagectlError(DIFFERENT)
        stderr.write(f"{DIFFERENT}\n")


def ask_password(stdin: TextIO, stderr: TextIO, prompt: str) -> str:
    """Ask for a password once. Raises :class:`ImagectlError` without an answer."""
    if not stdin.isatty():
        return _read_line(stdin, stderr, prompt)
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise ImagectlError("No password was entered.") from None


def _read_line(stdin: TextIO, stderr: TextIO, prompt: str) -> str:
    stderr.write(prompt)
    stderr.flush()
    line = stdin.readline()
    stderr.write("\n")
    if not line:
        raise ImagectlError(
            "No password was entered.",
            hint="answer on a terminal or in lines of standard input",
        )
    return line.rstrip("\r\n")
