"""The command line of ``mockserver``: its parser, and what runs a command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

from mockserver import __version__
from mockserver.cli.drive_options import add_drive_commands
from mockserver.cli.failure import Failure
from mockserver.cli.output import open_missing_streams, write_error, write_out
from mockserver.state.settings import Settings

USAGE = 2
IDENTITY_PORT = 5000
IMAGE_PORT = 9292


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line, that of the process by default; return its exit code."""
    open_missing_streams()
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        with _guard(words):
            arguments = build_parser().parse_args(words)
            return int(arguments.run(arguments))
    except Failure as error:
        write_error(f"mockserver: {error}\n")
        return 1
    except ModuleNotFoundError as error:
        write_error(
            f"mockserver: {error.name} is not installed:"
            " pip install 'openstack-imagectl[mock]'\n"
        )
        return 1
    except KeyboardInterrupt:
        return 130


def _guard(words: list[str]) -> AbstractContextManager[None]:
    """Return what has to be around a command: for ``env``, also around its parser."""
    if words[:1] != ["env"]:
        return nullcontext()
    from mockserver.cli.env import failing_code_on_failure

    return failing_code_on_failure()


class _Parser(argparse.ArgumentParser):
    """A parser that tells what is wrong in one line, as far as it can be told."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message} (try {self.prog} --help)\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        (write_error if file is sys.stderr else write_out)(message)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; ``run`` of what it returns is the function of the command."""
    parser = _Parser(
        prog="mockserver",
        description="A Keystone v3 and a Glance v2 in one small process.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="serve a cloud until interrupted"))
    _add_run(commands.add_parser("run", help="serve a cloud while a command runs"))
    _add_env(commands.add_parser("env", help="print what a shell has to source"))
    add_drive_commands(commands)
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serve a cloud until interrupted. One line of JSON on standard output says that"
        " it is ready, and where. Without --port the two services listen on ports of"
        " their own."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help="one port for both, under /identity and /image; 0 for a free one",
    )
    for noun, port in (("identity", IDENTITY_PORT), ("image", IMAGE_PORT)):
        parser.add_argument(
            f"--{noun}-port", type=_port, metavar="N", default=port, help=f"({port})"
        )
    parser.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="write the line here as well"
    )
    _add_settings(parser)
    parser.set_defaults(parser=parser, run=_serve)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [options] -- COMMAND [ARGUMENT ...]"
    parser.description = (
        "Serve a cloud on a free port, run COMMAND with OS_* set to use it, and exit as"
        " it did. COMMAND sees no other OS_* and no cloud but this one in clouds.yaml."
        " MOCKSERVER_IDENTITY_URL and MOCKSERVER_IMAGE_URL say where it is."
    )
    parser.add_argument(
        "--cloud-name",
        action="append",
        default=[],
        dest="cloud_names",
        metavar="NAME",
        help="another name for it in clouds.yaml, beside mock (repeatable)",
    )
    _add_settings(parser)
    parser.add_argument("argv", nargs="+", metavar="COMMAND", help="what to run")
    parser.set_defaults(parser=parser, run=_run)


def _add_env(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        'Print the variables that make clients use a running cloud: eval "$(mockserver'
        ' env)". Where none answers, print code that fails and leaves no cloud to use.'
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=10.0,
        metavar="SECONDS",
        help="how long to wait for a server that is starting (%(default)g)",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="what serve --ready-file wrote"
    )
    source.add_argument(
        "--url",
        default=f"http://127.0.0.1:{IDENTITY_PORT}",
        help="its identity service (%(default)s)",
    )
    _add_settings(parser, only=("admin_password", "region_name"))
    parser.set_defaults(parser=parser, run=_env)


# Nothing that a server needs is imported before one of these runs.


def _serve(arguments: argparse.Namespace) -> int:
    from mockserver.cli.serve import serve

    return serve(arguments)


def _run(arguments: argparse.Namespace) -> int:
    from mockserver.cli.serve import run

    return run(arguments)


def _env(arguments: argparse.Namespace) -> int:
    from mockserver.cli.env import env

    return env(arguments)


def _add_settings(
    parser: argparse.ArgumentParser, only: tuple[str, ...] | None = None
) -> None:
    """Add an option for every setting, or those in ``only``, by the setting's name."""
    group = parser.add_argument_group("the cloud")
    for field in Settings.fields():
        if only is not None and field.name not in only:
            continue
        # options that are not given are left out: the defaults are those of Settings
        options: dict[str, Any] = {"default": argparse.SUPPRESS}
        if isinstance(field.default, bool):
            options["action"] = argparse.BooleanOptionalAction
        elif field.metadata["is_repeatable"]:
            options["action"] = "append"
        elif isinstance(field.default, tuple):
            options["type"] = _split
        else:
            options["type"] = str if field.default is None else type(field.default)
            options["choices"] = field.metadata["choices"]
        if not isinstance(field.default, bool) and not options.get("choices"):
            options["metavar"] = field.name.rpartition("_")[2].upper()
        group.add_argument(
            f"--{field.name.replace('_', '-')}",
            help=field.metadata["help"],
            **options,
        )


def _split(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 1 << 16:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return port


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = float("nan")
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return seconds
