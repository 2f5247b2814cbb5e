"""``mockserver serve`` and ``run``: a function of that name for each.

Both take the parsed command line, return an exit code and raise :class:`Failure`.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mockserver.cli.environment import describe, environment_of, write_clouds_file
from mockserver.cli.failure import Failure
from mockserver.cli.output import write_error, write_out
from mockserver.cli.ready_file import keep_ready_file
from mockserver.cli.signals import awaited_signals
from mockserver.state.addresses import is_loopback
from mockserver.state.settings import Settings, default_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.cloud import MockCloud

NOT_FOUND = 127
NOT_EXECUTABLE = 126


def serve(arguments: argparse.Namespace) -> int:
    """Serve a cloud until a signal comes."""
    gc.disable()  # starting up makes no garbage, and a search for it costs time
    settings = settings_of(arguments)
    _check_host(arguments, settings)
    ports: Any = (arguments.identity_port, arguments.image_port)
    if arguments.port is not None:
        ports = (arguments.port,)
    allow_many_files()
    with (
        awaited_signals() as wait_for_signal,
        _open_cloud(settings, arguments.host, ports) as cloud,
    ):
        described = describe(cloud)
        with keep_ready_file(arguments.ready_file, described):
            write_out(json.dumps(described) + "\n")
            gc.freeze()
            gc.enable()
            wait_for_signal()
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Serve a cloud while a command runs, and return that command's exit code.

    Signals are passed on to the command. One that comes before it runs ends the server.
    """
    with (
        awaited_signals(signal.SIGCHLD) as wait_for_signal,
        _open_cloud(settings_of(arguments), "127.0.0.1", (0,)) as cloud,
    ):
        described = describe(cloud)
        with write_clouds_file(described, arguments.cloud_names) as clouds_file:
            environ = environment_of(described, os.environ, clouds_file)
            while (early := wait_for_signal(timeout_s=0)) is not None:
                if early != signal.SIGCHLD:
                    return 128 + early
            try:
                running = subprocess.Popen(arguments.argv, env=environ)
            except OSError as error:
                return _say_why_not_started(arguments.argv[0], error)
            code = _await_end(running, wait_for_signal)
    return 128 - code if code < 0 else code


def _await_end(
    running: subprocess.Popen[bytes], wait_for_signal: Callable[..., int | None]
) -> int:
    """Pass signals on to a command until it ends; return its exit code."""
    while (code := running.poll()) is None:
        signum = wait_for_signal()
        # a terminal sends an interrupt that is typed to the command itself as well
        is_typed = signum == signal.SIGINT and sys.stdin.isatty()
        if signum is not None and signum != signal.SIGCHLD and not is_typed:
            running.send_signal(signum)
    return code


def _say_why_not_started(program: str, error: OSError) -> int:
    """Print why a program did not start, and return the exit code a shell would."""
    is_missing = isinstance(error, FileNotFoundError)
    reason = "command not found" if is_missing else error.strerror
    write_error(f"mockserver: {program}: {reason}\n")
    return NOT_FOUND if is_missing else NOT_EXECUTABLE


def settings_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that a command line names, and the password in any case."""
    given = vars(arguments)
    names = [field.name for field in Settings.fields() if field.name in given]
    settings = {name: given[name] for name in names}
    return {"admin_password": default_password(), **settings}


def _check_host(arguments: argparse.Namespace, settings: dict[str, Any]) -> None:
    """Exit with a usage error for the default password at a public address."""
    if settings["admin_password"] != Settings().admin_password:
        return
    if not is_loopback(arguments.host):
        arguments.parser.error(
            f"refusing to listen on {arguments.host} with the default password:"
            " give --admin-password"
        )


@contextmanager
def _open_cloud(settings: dict[str, Any], host: str, ports: Any) -> Iterator[MockCloud]:
    """Serve a cloud within the block.

    Raises :class:`Failure` where it cannot start; nothing is left of it then.
    """
    from mockserver.cloud import MockCloud
    from mockserver.doors.listener import CannotListen
    from mockserver.seeds.document import BadSeed
    from mockserver.state.folder import FolderInUse
    from mockserver.state.settings import BadSetting
    from mockserver.storage.database import BrokenDatabase, UnknownSchema

    refused = (BadSeed, BadSetting, UnknownSchema, FolderInUse, BrokenDatabase)
    try:
        cloud = MockCloud(**settings)
    except refused as error:
        raise Failure(error) from error
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from error
    try:
        cloud.listen(host, ports)
    except (CannotListen, BrokenDatabase) as error:
        cloud.abandon()
        raise Failure(error) from error
    try:
        yield cloud
    except Failure:
        cloud.abandon()
        raise
    finally:
        cloud.close()


def allow_many_files() -> None:
    """Let the process open as many files as it may: each connection is one."""
    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
