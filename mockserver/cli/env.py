"""``mockserver env``: print what makes a shell use a running cloud."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mockserver.cli.control_client import (
    WrongPassword,
    check_identity,
    check_password,
    read_running_cloud,
)
from mockserver.cli.environment import write_failing_code, write_shell_code
from mockserver.cli.failure import Failure
from mockserver.cli.output import write_out
from mockserver.cli.serve import settings_of
from mockserver.cli.signals import signals_to
from mockserver.state.addresses import control_url_of

PAUSE_S = 0.1


@contextmanager
def failing_code_on_failure() -> Iterator[None]:
    """Print code that fails in a shell where the block ends by an error or a signal."""

    def leave(signum: int) -> None:
        raise SystemExit(128 + signum)

    with signals_to(leave):
        try:
            yield
        except BaseException as error:
            if not isinstance(error, SystemExit) or error.code:
                write_out(write_failing_code(os.environ))
            raise


def env(arguments: argparse.Namespace) -> int:
    """Print the variables that make clients use a running cloud, once it answers.

    Raises :class:`Failure` where it does not in ``arguments.timeout`` seconds.
    """
    deadline_s = time.monotonic() + arguments.timeout
    while True:
        try:
            described = _find_cloud(arguments)
            break
        except WrongPassword:
            raise
        except Failure:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise
            pause(min(PAUSE_S, left_s))
    write_out(write_shell_code(described, os.environ))
    return 0


def pause(seconds: float) -> None:
    time.sleep(seconds)


def _find_cloud(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the description of the cloud that is meant. Raises :class:`Failure`."""
    if arguments.ready_file is not None:
        return read_running_cloud(arguments.ready_file)
    check_identity(arguments.url)
    settings = settings_of(arguments)
    check_password(arguments.url, settings["admin_password"])
    return {
        "identity_url": arguments.url,
        "control_url": control_url_of(arguments.url),
        "username": "admin",
        "password": settings["admin_password"],
        "project_name": "admin",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
        "region_name": settings.get("region_name", "RegionOne"),
    }
