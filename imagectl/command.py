"""Base classes of all commands, and the one place where their errors are caught.

:meth:`Command.run` turns every exception of a command into one line on stderr and an
exit code. Commands therefore contain no ``try``. Unlike cliff's own base classes, these
do not scan every installed distribution for hooks and formatters, which would take
longer than most commands; so they do not find formatters of third parties.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from cliff import command, lister, show

from imagectl import output
from imagectl.errors import UsageError
from imagectl.formatters import LIST_FORMATTERS, SHOW_FORMATTERS
from imagectl.manual.examples import spell_examples
from imagectl.manual.layout import HelpFormatter
from imagectl.program import Program, refuse_empty_values

if TYPE_CHECKING:
    from imagectl.api.client import Cloud


Item = TypeVar("Item")


class Formatter:
    """A formatter in the attribute where cliff looks for that of a plugin."""

    def __init__(self, formatter: Any) -> None:
        self.obj = formatter


class Formatters(dict[str, Formatter]):
    """Formatters by name, with the methods of cliff's plugin manager."""

    def __init__(self, classes: Mapping[str, type[Any]]) -> None:
        super().__init__({name: Formatter(make()) for name, make in classes.items()})

    def names(self) -> list[str]:
        return list(self.keys())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


class Command(command.Command):
    """A command. Its docstring is its help text."""

    app: Program
    changes: ClassVar[bool] = True
    """Whether it may change something in the cloud, and so has ``--dry-run``.

    It is False where a command declares a ``--dry-run`` of its own.
    """

    def _load_hooks(self) -> None:
        """Load none: cliff's scan for plugins takes longer than most commands."""
        self._hooks = []

    def get_epilog(self) -> str:
        """Return none: cliff would look for the distribution that has the command."""
        return ""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.formatter_class = HelpFormatter
        parser.epilog = spell_examples(str(self.cmd_name), self.app.NAME)
        parser.error = partial(self.app.refuse_arguments, parser)  # type: ignore[method-assign]
        self.add_options(parser)
        if self.changes:
            parser.add_argument(
                "--dry-run",
                action="store_true",
                help="Print the requests that would change something, and send none",
            )
        refuse_empty_values(parser)
        return parser

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own arguments and options."""

    @classmethod
    def prepare_arguments(cls, arguments: Sequence[str]) -> list[str]:
        """Return the command's arguments as its parser is to read them.

        The program calls this before it parses, for a syntax that argparse lacks.
        """
        return list(arguments)

    @property
    def cloud(self) -> Cloud:
        return self.app.cloud

    @property
    def is_for_terminal(self) -> bool:
        return self.app.stdout.isatty()

    def run(self, parsed_args: argparse.Namespace) -> int:
        try:
            if not (self.changes and parsed_args.dry_run):
                return super().run(parsed_args)
            with self.cloud.session.dry_run(self.app.stdout.write):
                return super().run(parsed_args)
        except (KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:
            return self.app.report(error)

    def for_each(self, items: Sequence[Item], act: Callable[[Item], object]) -> int:
        """Call ``act`` with every item, whatever fails, and return the exit code.

        Each failure is reported as it happens.
        """
        codes = []
        for item in items:
            try:
                act(item)
            except Exception as error:
                codes.append(self.app.report(error))
        return self.summarize_failures(codes, len(items))

    def summarize_failures(self, codes: Sequence[int], total: int) -> int:
        """Say how many of several failed and return the exit code for them all."""
        if total > 1 and codes:
            self.app.say(f"{len(codes)} of {total} failed")
        return common_code(codes)


class PrintColumns(argparse.Action):
    """``--columns``: print the names that ``-c`` accepts and exit, like ``--help``."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        sys.stdout.writelines(f"{name}\n" for name in self.const)
        parser.exit()


class Display(Command):
    """A command that prints records."""

    changes = False
    formatters: ClassVar[Mapping[str, type[Any]]]
    exit_code = 0
    """The exit code once the output is printed, of a command that goes on after
    failures."""

    def run(self, parsed_args: argparse.Namespace) -> int:
        return super().run(parsed_args) or self.exit_code

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        names = self.column_names()
        if names:
            parser.add_argument(
                "--columns",
                action=PrintColumns,
                nargs=0,
                const=names,
                help="print the names that -c takes, and leave",
            )
        return parser

    def column_names(self) -> Sequence[str]:
        """Return what ``-c`` accepts; empty where that depends on the records."""
        return ()

    def _load_formatter_plugins(self) -> Any:
        return Formatters(self.formatters)

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Any
    ) -> int:
        """Print the records, except after ``--dry-run``."""
        if self.changes and parsed_args.dry_run:
            return 0
        printed = super().produce_output(  # type: ignore[misc]
            parsed_args, column_names, data
        )
        self.app.forget_created()
        return int(printed)

    def select(
        self, names: Sequence[str], wanted: Sequence[str], defaults: Sequence[str]
    ) -> list[str]:
        """Return which of ``names`` to show: those of ``-c``, otherwise ``defaults``.

        Names match as cliff matches them: in any case, and with ``_`` for a blank.
        Raises :class:`UsageError` where none matches.
        """
        if not wanted:
            return list(defaults)
        keys = {name.lower().strip().replace(" ", "_") for name in wanted}
        found = [name for name in names if name.lower().replace(" ", "_") in keys]
        if not found:
            from imagectl.slips.distance import hint_among

            listed = f"recognized columns are {', '.join(names)}"
            raise UsageError(
                f"No recognized column names in {list(wanted)}.",
                hint=hint_among(wanted[0], names, listed),
            )
        return found


class Lister(Display, lister.Lister):
    """A command that prints a table with a row for each record."""

    formatters = LIST_FORMATTERS

    def table(
        self, names: Sequence[str], records: Iterable[Sequence[Any]]
    ) -> tuple[Sequence[str], Iterator[list[Any]]]:
        """Return column names and rows, as ``take_action`` returns them to cliff.

        No more records are asked for once the output cannot be written.
        """
        written = takewhile(lambda _: not self.app.stdout.failure, records)
        return names, ([output.cell(c) for c in row] for row in written)


class ShowOne(Display, show.ShowOne):
    """A command that prints a table with a row for each attribute of one record."""

    formatters = SHOW_FORMATTERS

    def columns(
        self, rows: Mapping[str, Any], names: Iterable[str] | None = None
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return the names and cells of the named rows, or of all rows."""
        chosen = tuple(rows if names is None else names)
        return chosen, tuple(output.cell(rows[name]) for name in chosen)


def common_code(codes: Iterable[int]) -> int:
    """Return the exit code for several: that of the failures if they agree, else 1."""
    failures = set(codes) - {0}
    return failures.pop() if len(failures) == 1 else int(bool(failures))
