"""The program: global options, logging, the cloud to work with, and exit codes."""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NoReturn, cast

from imagectl import __version__, signals
from imagectl.config.options import add_global_options, expand_timeout
from imagectl.errors import (
    EXIT_CODES,
    INTERRUPTED,
    UNREAD,
    ImagectlError,
    OutputError,
    UsageError,
)
from imagectl.logs import EscapingFormatter, LogFile, escape_lines
from imagectl.output import escape, format_timing
from imagectl.program import Program, refuse_empty_values
from imagectl.registry import GROUP, Registry
from imagectl.streams import Stream

if TYPE_CHECKING:
    from cliff.command import Command as CliffCommand

    from imagectl.api.client import Cloud
    from imagectl.command import Command

DESCRIPTION = "Images of an OpenStack cloud, and the identities around them."
LEVELS = {0: logging.ERROR, 1: logging.WARNING, 2: logging.INFO}
MAX_MESSAGE = 2000
"""More of a message, which may be a service's, is not printed."""
HANDLER_NAME = "imagectl"
HELP = {
    "--debug": "Print each request and answer without secrets, and tracebacks",
    "--log-file": "Write each request and answer, without secrets, to a file as well",
    "--quiet": "Print no progress and no warnings, only results and errors",
    "--verbose": "Print a line for each request; twice: all of it, as --debug",
}
"""Help texts for cliff's own options."""


class Shell(Program):
    """cliff's application with our commands, options and exit codes."""

    NAME = "imagectl"

    def __init__(self) -> None:
        super().__init__(
            DESCRIPTION,
            __version__,
            Registry(GROUP),
            stdin=sys.stdin or io.StringIO(),
            stdout=Stream(sys.stdout),
            stderr=Stream(sys.stderr),
            deferred_help=True,
        )
        self.arguments: Sequence[str] = ()

    def build_option_parser(
        self,
        description: str | None,
        version: str | None,
        argparse_kwargs: dict[str, Any] | None = None,
    ) -> argparse.ArgumentParser:
        parser = super().build_option_parser(
            description,
            version,
            {
                "prog": self.NAME,
                "epilog": EXIT_CODES,
                "formatter_class": argparse.RawDescriptionHelpFormatter,
                "allow_abbrev": False,
                **(argparse_kwargs or {}),
            },
        )
        for action in parser._actions:
            action.help = HELP.get(action.option_strings[-1], action.help)
        add_global_options(parser)
        refuse_empty_values(parser)
        parser.error = partial(self.refuse_arguments, parser)  # type: ignore[method-assign]
        return parser

    def configure_logging(self) -> None:
        """Log to stderr, and with ``--log-file`` to a file as well.

        Our loggers log warnings, and more with ``-v``, ``--debug`` and ``--log-file``.
        Other libraries log only warnings: what they log of a request may contain
        secrets, and our own log says more (:mod:`imagectl.http.request_log`).
        """
        root, ours = logging.getLogger(), logging.getLogger(self.NAME)
        for handler in [h for h in root.handlers if h.name == HANDLER_NAME]:
            root.removeHandler(handler)
            handler.close()
        options = self.options
        is_debugged = options.debug or options.verbose_level not in LEVELS
        level = logging.DEBUG if is_debugged else LEVELS[options.verbose_level]
        self._log_to(logging.StreamHandler(self.stderr), level)
        if options.log_file:
            try:
                self._log_to(LogFile(options.log_file, self.say), logging.DEBUG)
                level = logging.DEBUG
            except OSError as error:
                self.refuse(self.NAME, f"{options.log_file}: {error.strerror}")
        root.setLevel(max(level, logging.WARNING))
        # What its connections meet with is in our own errors.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        ours.setLevel(level)

    def _log_to(self, handler: logging.Handler, level: int) -> None:
        is_file = isinstance(handler, logging.FileHandler)
        form = self.LOG_FILE_MESSAGE_FORMAT if is_file else self.CONSOLE_MESSAGE_FORMAT
        handler.name = HANDLER_NAME
        handler.setLevel(level)
        handler.setFormatter(EscapingFormatter(form, "" if is_file else self.NAME))
        logging.getLogger().addHandler(handler)

    def clean_up(
        self, cmd: CliffCommand, result: int, err: BaseException | None
    ) -> None:
        """After a command, print the table of requests that ``--timing`` asks for."""
        if self.options.timing and "cloud" in self.__dict__:
            request_log = self.cloud.session.request_log
            self.stderr.write(format_timing(request_log))
            request_log.clear()

    def run(self, argv: list[str]) -> int:
        return super().run(expand_timeout(self.parser, argv))

    @cached_property
    def cloud(self) -> Cloud:
        """The cloud that options, environment and clouds.yaml select."""
        from imagectl.api.client import Cloud
        from imagectl.auth.session import Session
        from imagectl.config.clouds import load_cloud

        return Cloud(Session(load_cloud(self.options, os.environ)))

    def interact(self) -> NoReturn:
        from imagectl.interactive import Prompt

        # Otherwise cliff would import cmd2, for its exception for a wrong line.
        self.interactive_mode = False
        Prompt(self, self.say).run()
        raise SystemExit(0)

    def run_subcommand(self, argv: list[str]) -> int:
        try:
            command, _, arguments = self.command_manager.find_command(argv)
        except ValueError:
            return self.refuse_command(argv)
        self.arguments = arguments
        name = argv[: len(argv) - len(arguments)]
        prepare = cast("type[Command]", command).prepare_arguments
        exit_code = super().run_subcommand([*name, *prepare(arguments)])
        if exit_code == 0:
            self.forget_created()
        return int(exit_code)

    def print_help_if_requested(self) -> None:
        if self.options.deferred_help:
            from imagectl.manual.topics import overview_text

            self.stdout.write(overview_text(self.parser))
            raise SystemExit(0)

    def refuse_command(self, argv: Sequence[str]) -> int:
        from imagectl.slips.commands import answer

        if argv[0].startswith("-"):
            self._refuse_leading_option(argv)
        message, hint = answer(argv, (name for name, _ in self.command_manager))
        self.say(message)
        self._hint(hint)
        return UsageError.exit_code

    def _refuse_leading_option(self, argv: Sequence[str]) -> NoReturn:
        """Refuse a command line that begins with an option of no program or command."""
        from imagectl.slips.secrets import without_secrets

        self.arguments, parser = argv, self.parser
        message = f"unrecognized arguments: {without_secrets(argv)[0]}"
        for start in range(1, len(argv)):
            with contextlib.suppress(ValueError):
                make, name, _ = self.command_manager.find_command([*argv[start:]])
                parser = make(self, None).get_parser(f"{self.NAME} {name}")
                if argv[0].partition("=")[0] in parser._option_string_actions:
                    right = " ".join(without_secrets([*argv[start:], *argv[:start]]))
                    self._refuse(message, f"it stands after the command: {right}")
                break
        self.refuse_arguments(parser, message)

    def refuse(self, program: str, message: str) -> NoReturn:
        """Exit because the command line is wrong, with a hint to ``program --help``."""
        self._refuse(message, f"see {program} --help")

    def refuse_arguments(
        self, parser: argparse.ArgumentParser, message: str
    ) -> NoReturn:
        """Exit because ``parser`` says ``message``, with a hint at what was meant."""
        from imagectl.slips.arguments import hint_at
        from imagectl.slips.secrets import hide_among

        hint = hint_at(message, self.arguments, [parser, self.parser])
        self._refuse(
            hide_among(self.arguments, message), hint or f"see {parser.prog} --help"
        )

    def _refuse(self, message: str, hint: str) -> NoReturn:
        self.say(message)
        self._hint(hint)
        raise SystemExit(UsageError.exit_code)

    def say(self, message: str) -> None:
        """Write ``message`` to stderr as one line, with control characters escaped."""
        from imagectl.http.redaction import redact_text

        line = escape(redact_text(" ".join(message[:MAX_MESSAGE].split())))
        self.stderr.write(f"{self.NAME}: {line}\n")

    def _hint(self, hint: str) -> None:
        self.stderr.write(f"hint: {escape(hint)}\n")

    def forget_created(self) -> None:
        self.stdout.flush()
        if "cloud" in self.__dict__ and not self.stdout.failure:
            self.cloud.session.created.clear()

    def finish(self, exit_code: int) -> int:
        """Write a line about what was created and not shown; return the exit code.

        Output that cannot be written changes the code of a command that succeeded.
        """
        self.stdout.flush()
        lost = self.stdout.failure
        created = self.cloud.session.created if "cloud" in self.__dict__ else {}
        said = ["; ".join(created.values())] if created else []
        if isinstance(lost, BrokenPipeError):
            exit_code = exit_code or UNREAD
        elif lost:
            said.insert(0, f"standard output cannot be written: {lost.strerror}")
            exit_code = exit_code or OutputError.exit_code
        if said and exit_code:
            self.say("; ".join(said))
        self.stderr.flush()
        return exit_code

    def report(self, error: Exception) -> int:
        """Write one line about ``error``, and a hint; return its exit code."""
        if self.options.debug:
            self.stderr.write(escape_lines("".join(traceback.format_exception(error))))
        known = as_imagectl_error(error)
        self.say(str(known))
        if known.hint:
            self._hint(known.hint)
        return known.exit_code


def as_imagectl_error(error: Exception) -> ImagectlError:
    """Return ``error`` as an :class:`ImagectlError`.

    The hint of an unexpected error is to run with ``--debug``.
    """
    if isinstance(error, ImagectlError):
        return error
    if type(error).__module__.startswith(("keystoneauth1.", "keystoneclient.")):
        from imagectl.http.failures import from_keystoneauth

        return from_keystoneauth(error)
    if isinstance(error, OSError) and error.strerror:
        return ImagectlError(
            f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        )
    return ImagectlError(
        f"{type(error).__name__}: {error}", hint="run with --debug for the traceback"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    shell = Shell()
    with (
        redirect_stdout(shell.stdout),
        redirect_stderr(shell.stderr),
        signals.raised(),
    ):
        try:
            exit_code = shell.run(list(sys.argv[1:] if argv is None else argv))
            shell.stdout.flush()
        except KeyboardInterrupt:
            exit_code = INTERRUPTED
        except SystemExit as leave:
            exit_code = int(leave.code or 0)
        return shell.finish(exit_code)
