"""The commands of this distribution, found without importing any of them.

cliff's own manager imports every command of every installed plugin to find one. Ours
reads the entry points of our own distribution, and only the invoked command is loaded.
"""

from __future__ import annotations

import importlib.metadata

from cliff.command import Command
from cliff.commandmanager import CommandManager

GROUP = "imagectl.commands"


class Registry(CommandManager):
    def load_commands(self, namespace: str) -> None:
        self.group_list.append(namespace)
        for entry_point in _entry_points():
            if entry_point.group == namespace:
                self.commands[entry_point.name.replace("_", " ")] = entry_point

    def add_command(self, name: str, command_class: type[Command]) -> None:
        """Add one of cliff's own commands, unless we have one of that name."""
        if name not in self.commands:
            super().add_command(name, command_class)


def _entry_points() -> importlib.metadata.EntryPoints:
    return importlib.metadata.distribution("imagectl").entry_points
