"""``mockserver serve``, ``run`` and ``env``: a function of that name for each.

All take the parsed command line, return an exit code and raise :class:`Failure`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from mockserver.cli.environment import (
    describe,
    variables_of,
    write_exports,
    write_ready_file,
)
from mockserver.state.addresses import control_url_of, is_loopback
from mockserver.state.settings import Settings, default_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.cloud import MockCloud

NOT_FOUND = 127
NOT_EXECUTABLE = 126
PROBE_TIMEOUT_S = 10


class Failure(Exception):
    """A command cannot be carried out; the message is what its user is shown."""


def serve(arguments: argparse.Namespace) -> int:
    """Serve a cloud until a signal comes."""
    gc.disable()  # starting up makes no garbage, and a search for it costs time
    settings = settings_of(arguments)
    _check_host(arguments, settings)
    stop = threading.Event()
    with _signals_to(lambda signum: stop.set()), _open_cloud(settings) as cloud:
        ports: Any = (arguments.identity_port, arguments.image_port)
        if arguments.port is not None:
            ports = (arguments.port,)
        _listen(cloud, arguments.host, ports)
        described = describe(cloud)
        if arguments.ready_file is not None:
            _write_ready_file(arguments.ready_file, described)
        sys.stdout.write(json.dumps(described) + "\n")
        sys.stdout.flush()
        gc.freeze()
        gc.enable()
        stop.wait()
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Serve a cloud while a command runs, and return that command's exit code."""
    with _open_cloud(settings_of(arguments)) as cloud:
        _listen(cloud, "127.0.0.1", (0,))
        environ = {**os.environ, **variables_of(describe(cloud))}
        return _run_command(arguments.argv, environ)


def env(arguments: argparse.Namespace) -> int:
    """Print the variables that make clients use a running cloud."""
    if arguments.ready_file is not None:
        described = read_ready_file(arguments.ready_file)
    else:
        _probe(arguments.url)
        settings = settings_of(arguments)
        described = {
            "identity_url": arguments.url,
            "control_url": control_url_of(arguments.url),
            "username": "admin",
            "password": settings["admin_password"],
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
            "region_name": settings.get("region_name", "RegionOne"),
        }
    sys.stdout.write(write_exports(variables_of(described)))
    return 0


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


@contextmanager
def _signals_to(handle: Callable[[int], None]) -> Iterator[None]:
    """Call ``handle`` with each signal that would end the process, within the block."""

    def receive(signum: int, frame: FrameType | None) -> None:
        handle(signum)

    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {one: signal.signal(one, receive) for one in wanted}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _run_command(argv: list[str], environ: dict[str, str]) -> int:
    """Run a command, pass on the signals that come, and return its exit code."""
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(signum: int) -> None:
        if not running:
            early.append(signum)
        # a terminal sends an interrupt that is typed to the command itself as well
        elif signum != signal.SIGINT or not sys.stdin.isatty():
            running[0].send_signal(signum)

    with _signals_to(forward):
        try:
            running.append(subprocess.Popen(argv, env=environ))
        except FileNotFoundError:
            sys.stderr.write(f"mockserver: {argv[0]}: command not found\n")
            return NOT_FOUND
        except OSError as error:
            sys.stderr.write(f"mockserver: {argv[0]}: {error.strerror}\n")
            return NOT_EXECUTABLE
        for signum in early:
            running[0].send_signal(signum)
        code = running[0].wait()
    return 128 - code if code < 0 else code


def _write_ready_file(path: Path, described: dict[str, Any]) -> None:
    try:
        write_ready_file(path, described)
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from error


def read_ready_file(path: Path) -> dict[str, Any]:
    """Return the description of a cloud in a ready file. Raises :class:`Failure`."""
    try:
        described: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise Failure(f"{path} is no ready file: {error}") from error
    return described


def _probe(url: str) -> None:
    """Raise :class:`Failure` unless an identity service answers at a URL."""
    try:
        urllib.request.urlopen(f"{url.rstrip('/')}/v3", timeout=PROBE_TIMEOUT_S).close()
    except (OSError, ValueError) as error:
        raise Failure(f"no cloud answers at {url}: {error}") from error
