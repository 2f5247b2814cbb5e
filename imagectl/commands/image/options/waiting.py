"""``--wait`` and ``--timeout``: options of commands that may wait for the service."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from imagectl.api.waiting import WaitLimit
from imagectl.commands import options

if TYPE_CHECKING:
    from imagectl.program import Program

TIMEOUT_S = 3600


def add_wait(parser: argparse.ArgumentParser, *, is_default: bool) -> None:
    preset = "the default" if is_default else "the default is --no-wait"
    parser.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=is_default,
        help=f"Wait until it is done, and fail if it failed ({preset})",
    )
    parser.add_argument(
        "--timeout",
        metavar="<seconds>",
        type=options.count,
        default=TIMEOUT_S,
        help=f"Wait no longer than this, and exit with 8 then (default: {TIMEOUT_S})",
    )


def wait_limit(app: Program, args: argparse.Namespace) -> WaitLimit:
    """Return how long to wait; progress is reported to a terminal only."""
    say = app.say if app.stderr.isatty() else (lambda progress: None)
    return WaitLimit(timeout_s=args.timeout, say=say)
