"""``mockserver serve`` and ``run``: a function of that name for each.

Both take the parsed command line, return an exit code and raise :class:`Failure`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mockserver.cli.environment import describe, environment_of, write_clouds_file
from mockserver.cli.failure import Failure
from mockserver.cli.ready_file import keep_ready_file
from mockserver.cli.signals import awaited_signals, signals_to
from mockserver.state.addresses import is_loopback
from mockserver.state.settings import Settings, default_password

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.cloud import MockCloud

NOT_FOUND = 127
NOT_EXECUTABLE = 126


def serve(arguments: argparse.Namespace) -> int:
    """Serve a cloud until a signal comes."""
    gc.disable()  # starting up makes no garbage, and a search for it costs time
    settings = settings_of(arguments)
    _check_host(arguments, settings)
    with awaited_signals() as wait_for_signal, _open_cloud(settings) as cloud:
        ports: Any = (arguments.identity_port, arguments.image_port)
        if arguments.port is not None:
            ports = (arguments.port,)
        _listen(cloud, arguments.host, ports)
        described = describe(cloud)
        with keep_ready_file(arguments.ready_file, described):
            sys.stdout.write(json.dumps(described) + "\n")
            sys.stdout.flush()
            gc.freeze()
            gc.enable()
            wait_for_signal()
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Serve a cloud while a command runs, and return that command's exit code.

    Signals are passed on to the command. One that comes before it runs ends the server.
    """
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(signum: int) -> None:
        if not running:
            early.append(signum)
        # a terminal sends an interrupt that is typed to the command itself as well
        elif signum != signal.SIGINT or not sys.stdin.isatty():
            running[0].send_signal(signum)

    with signals_to(forward), _open_cloud(settings_of(arguments)) as cloud:
        _listen(cloud, "127.0.0.1", (0,))
        described = describe(cloud)
        with write_clouds_file(described, arguments.cloud_names) as clouds_file:
            environ = environment_of(described, os.environ, clouds_file)
            if early:
                return 128 + early[0]
            try:
                running.append(subprocess.Popen(arguments.argv, env=environ))
            except OSError as error:
                return _say_why_not_started(arguments.argv[0], error)
            for signum in early:
                running[0].send_signal(signum)
            code = running[0].wait()
    return 128 - code if code < 0 else code


def _say_why_not_started(program: str, error: OSError) -> int:
    """Print why a program did not start, and return the exit code a shell would."""
    is_missing = isinstance(error, FileNotFoundError)
    reason = "command not found" if is_missing else error.strerror
    sys.stderr.write(f"mockserver: {program}: {reason}\n")
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
def _open_cloud(settings: dict[str, Any]) -> Iterator[MockCloud]:
    from mockserver.cloud import MockCloud
    from mockserver.seeds.document import BadSeed
    from mockserver.state.settings import BadSetting
    from mockserver.storage.database import UnknownSchema

    try:
        cloud = MockCloud(**settings)
    except (BadSeed, BadSetting, UnknownSchema) as error:
        raise Failure(error) from error
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from error
    try:
        yield cloud
    finally:
        cloud.close()


def _listen(cloud: MockCloud, host: str, ports: Any) -> None:
    from mockserver.doors.listener import CannotListen

    try:
        cloud.listen(host, ports)
    except CannotListen as error:
        raise Failure(error) from error
