"""``doctor``: check configuration, sign-in and services, and suggest repairs."""

from __future__ import annotations

import argparse
import os

from imagectl.api.diagnosis import CHECKS, examine
from imagectl.command import Command
from imagectl.output import escape

WIDTH = max(len(title) for title in CHECKS)


class Doctor(Command):
    """Check configuration, sign-in and services, and say what to mend

    The exit code is 1 if anything fails.
    """

    changes = False

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        has_failed = False
        for title, status, detail, fix in examine(lambda: self.cloud, os.environ):
            told = f"{detail}; to mend it: {fix}" if fix else detail
            line = f"{status:<4}  {title:<{WIDTH}}  {' '.join(told.split())}"
            self.app.stdout.write(escape(line) + "\n")
            has_failed = has_failed or status == "FAIL"
        return int(has_failed)
