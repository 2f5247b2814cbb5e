"""What commands know of the program that runs them, and how it refuses empty values.

Apart from ``command.py``, so that what runs no command does not import it.
"""

from __future__ import annotations

import argparse
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

from cliff.app import App

from imagectl.errors import is_text
from imagectl.streams import Stream

if TYPE_CHECKING:
    from imagectl.api.client import Cloud


FILES = ("<file>", "<filename>", "<directory>")
"""What the values of arguments are called that name a file of this machine."""
NO_TEXT = "is no text in this system's encoding"


class Program(App):
    """The program that runs a command: what commands use of it."""

    stdout: Stream
    stderr: Stream

    @property
    @abstractmethod
    def cloud(self) -> Cloud:
        """The cloud that options, environment and clouds.yaml select."""

    @abstractmethod
    def say(self, message: str) -> None:
        """Write one line to stderr."""

    @abstractmethod
    def forget_created(self) -> None:
        """Name no more what was created so far, if the output that shows it is written.

        Otherwise a line at the end names it.
        """

    @abstractmethod
    def report(self, error: Exception) -> int:
        """Write one line about an error to stderr and return its exit code."""

    @abstractmethod
    def refuse(self, program: str, message: str) -> NoReturn:
        """Exit because the command line is wrong, with a hint to ``program --help``."""

    @abstractmethod
    def refuse_command(self, argv: Sequence[str]) -> int:
        """Say that there is no such command, with a hint at what was meant."""

    @abstractmethod
    def refuse_arguments(
        self, parser: argparse.ArgumentParser, message: str
    ) -> NoReturn:
        """Exit because ``parser`` says ``message``, with a hint at what was meant."""


def any_text(text: str) -> str:
    """Return ``text``; the type of an argument whose value may be empty."""
    if not is_text(text):
        raise argparse.ArgumentTypeError(NO_TEXT)
    return text


def refuse_empty_values(parser: argparse.ArgumentParser) -> None:
    """Make ``parser`` refuse an empty or blank value of any argument declared so far.

    Such a value is most often a shell variable that is not set. Taken for an argument
    that is not given, it would widen what a command works on. Excepted are arguments
    of the type :func:`any_text`, and options that are empty unless given.
    """
    for action in parser._actions:
        if action.type is not any_text and action.default != "":
            is_file = action.metavar in FILES
            action.type = _refusing_empty(action.type or str, is_file=is_file)


def _refusing_empty(convert: Any, *, is_file: bool) -> Callable[[str], Any]:
    """Return the type ``convert`` of an argument, changed to refuse blank text.

    Refused are bytes that are no text, too, but for the name of a file.
    """

    # argparse shows the name of the type in its messages.
    @wraps(convert, updated=())
    def convert_text(text: str) -> Any:
        if not text.strip():
            raise argparse.ArgumentTypeError("may not be empty")
        if not (is_file or is_text(text)):
            raise argparse.ArgumentTypeError(NO_TEXT)
        return convert(text)

    return convert_text
