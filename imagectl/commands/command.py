"""``command list``: the commands of this program, by the service that they use."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from cliff.columns import FormattableColumn

from imagectl.command import Lister

COLUMNS = ("Command Group", "Commands")
COMMON, IDENTITY, IMAGE = "common", "identity.v3", "image.v2"
GROUPS = {
    **dict.fromkeys(("cached", "image"), IMAGE),
    **dict.fromkeys(("api", "command", "complete", "configuration", "doctor"), COMMON),
    **dict.fromkeys(("help", "module", "versions"), COMMON),
}
"""The group of a command, by its first word; all others are in ``identity.v3``."""


class CommandsCell(FormattableColumn[Sequence[str]]):
    """The commands of a group, in tables one a line."""

    def human_readable(self) -> str:
        return "\n".join(self._value)


class List(Lister):
    """List the commands by group"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--group",
            metavar="<group-keyword>",
            help=f"List only groups with this in their name: {COMMON}, {IDENTITY}, ...",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        found: dict[str, list[str]] = {}
        for name, _ in sorted(self.app.command_manager):
            group = GROUPS.get(name.split()[0], IDENTITY)
            if parsed_args.group is None or parsed_args.group in group:
                found.setdefault(group, []).append(name)
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        rows = ((group, CommandsCell(names)) for group, names in sorted(found.items()))
        cells = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
        return self.table(columns, ([row[c] for c in columns] for row in cells))
