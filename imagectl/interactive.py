"""Interactive mode: a prompt that runs commands in one process, with one token.

It uses the standard library's ``cmd``. cliff's own prompt needs cmd2, whose import
takes longer than most commands.
"""

from __future__ import annotations

import cmd
import contextlib
import os
import shlex
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from imagectl.errors import UsageError

if TYPE_CHECKING:
    from cliff.app import App


@contextlib.contextmanager
def _kept_history() -> Iterator[None]:
    """Have the lines of earlier prompts, and keep those of this one."""
    try:
        import readline
    except ImportError:  # Python without it: nothing is remembered
        yield
        return
    from imagectl.prompt_history import History, state_directory

    history = History(readline, state_directory(os.environ))
    history.load()
    try:
        yield
    finally:
        history.save()


class Prompt(cmd.Cmd):
    """Reads a command a line until ``quit``, ``exit`` or the end of the input."""

    def __init__(self, app: App, say: Callable[[str], None]) -> None:
        """Make a prompt for ``app``; ``say`` reports a line whose quotes are wrong."""
        super().__init__(stdin=app.stdin, stdout=app.stdout)
        self.app = app
        self._say = say
        is_typed = app.stdin.isatty()
        self.prompt = f"({app.NAME}) " if is_typed else ""
        self.use_rawinput = is_typed

    def run(self) -> None:
        """Read and run lines; Ctrl-C at a terminal ends the line or its command."""
        with _kept_history() if self.use_rawinput else contextlib.nullcontext():
            self._read_lines()

    def _read_lines(self) -> None:
        while True:
            try:
                self.cmdloop()
                return
            except KeyboardInterrupt:
                if not self.use_rawinput:
                    raise
                self.stdout.write("\n")

    def default(self, line: str) -> None:
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            self._say(f"{error} in this line")
            return
        try:
            if words:
                self.app.run_subcommand(words)
        except SystemExit as leave:
            # The prompt goes on after help and wrong usage; a signal ends it.
            if leave.code not in (0, UsageError.exit_code):
                raise

    def do_help(self, arg: str) -> None:
        self.default(f"help {arg}")

    def do_quit(self, arg: str) -> bool:
        """Leave."""
        return True

    do_exit = do_quit

    def do_EOF(self, arg: str) -> bool:
        self.stdout.write("\n" if self.use_rawinput else "")
        return True

    def emptyline(self) -> bool:
        """Do nothing; ``cmd`` would repeat the last command."""
        return False

    def completenames(
        self, text: str, line: str, begidx: int, endidx: int
    ) -> list[str]:
        return self.completedefault(text, line, begidx, endidx)

    def completedefault(
        self, text: str, line: str, begidx: int, endidx: int
    ) -> list[str]:
        """Return the words of commands that may be at the cursor."""
        before = line[:begidx].split()
        names = [name.split() for name, _ in self.app.command_manager]
        names += [["quit"], ["exit"]]
        depth = len(before)
        following = {n[depth] for n in names if n[:depth] == before and len(n) > depth}
        return sorted(f"{word} " for word in following if word.startswith(text))
