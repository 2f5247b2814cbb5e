"""``module list``: which versions of what are at work."""

from __future__ import annotations

import argparse
import re
from importlib import metadata
from typing import Any

from imagectl.command import ShowOne

DISTRIBUTION = "imagectl"


class List(ShowOne):
    """List the versions of this program and of the clients it uses"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="List every module that it builds upon"
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        built_upon = {canonical(DISTRIBUTION), *required()}
        rows = {
            module: metadata.version(names[0])
            for module, names in sorted(metadata.packages_distributions().items())
            if canonical(names[0]) in built_upon and not module.startswith("_")
            if parsed_args.all or module == DISTRIBUTION or module.endswith("client")
        }
        return self.columns(
            rows, self.select(list(rows), parsed_args.columns, list(rows))
        )


def required() -> set[str]:
    """Return the distributions that ours requires, without those of its extras."""
    needs = metadata.requires(DISTRIBUTION) or []
    plain = (need for need in needs if "extra ==" not in need)
    return {canonical(re.split(r"[^\w.-]", need, maxsplit=1)[0]) for need in plain}


def canonical(name: str) -> str:
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
