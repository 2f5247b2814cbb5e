"""``module list``: the versions of this program and its libraries."""

from __future__ import annotations

import argparse
import re
from importlib import metadata
from typing import Any

from imagectl import DISTRIBUTION
from imagectl.command import ShowOne

OWN_MODULE = "imagectl"


class List(ShowOne):
    """List the versions of this program and of the clients it uses"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="List every module that it builds upon"
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        distributions = {normalize(DISTRIBUTION), *required_distributions()}
        rows = {
            module: metadata.version(names[0])
            for module, names in sorted(metadata.packages_distributions().items())
            if normalize(names[0]) in distributions and not module.startswith("_")
            if parsed_args.all or module == OWN_MODULE or module.endswith("client")
        }
        return self.columns(
            rows, self.select(list(rows), parsed_args.columns, list(rows))
        )


def required_distributions() -> set[str]:
    """Return the distributions that imagectl requires, without those of its extras."""
    requirements = metadata.requires(DISTRIBUTION) or []
    plain = (text for text in requirements if "extra ==" not in text)
    return {normalize(re.split(r"[^\w.-]", text, maxsplit=1)[0]) for text in plain}


def normalize(name: str) -> str:
    """Return a distribution's name in the normal form, for comparison (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
