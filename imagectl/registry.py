"""The commands of imagectl, found without importing them.

cliff's own command manager imports every command of every installed plugin to find
one. This one reads the entry points of imagectl's distribution, and cliff loads only
the command that is run.
"""

from __future__ import annotations

import importlib.metadata

from cliff.command import Command
from cliff.commandmanager import CommandManager

from imagectl import DISTRIBUTION

GROUP = "imagectl.commands"


class Registry(CommandManager):
    """cliff's command manager, limited to the distribution ``imagectl``."""

    def load_commands(self, namespace: str) -> None:
        self.group_list.append(namespace)
        for entry_point in _entry_points():
            if entry_point.group == namespace:
                self.commands[entry_point.name.replace("_", " ")] = entry_point

    def add_command(self, name: str, command_class: type[Command]) -> None:
        """Add a command of cliff's own, unless imagectl has one of the same name."""
        if name not in self.commands:
            super().add_command(name, command_class)


def _entry_points() -> importlib.metadata.EntryPoints:
    return importlib.metadata.distribution(DISTRIBUTION).entry_points
