"""``--wait`` and ``--timeout``: the options of everything that takes its time."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from imagectl.api.waiting import Patience
from imagectl.commands import options

if TYPE_CHECKING:
    from imagectl.command import Program

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


def patience(app: Program, args: argparse.Namespace) -> Patience:
    """Return how long to wait; how far things are is said to a terminal only."""
    say = app.say if app.stderr.isatty() else (lambda progress: None)
    return Patience(timeout_s=args.timeout, say=say)
