"""Write down the commands and options of the installed `openstack` and `glance`.

Run with the Python of an environment that has both, and send the output to
``docs/reference-clients.json``; `make docs` reads that.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from importlib.metadata import distribution, version
from unittest.mock import MagicMock

GROUPS = ("openstack.cli", "openstack.common", "openstack.identity.v3")
GROUPS += ("openstack.image.v2",)


def options_of(actions: Iterable[argparse.Action]) -> list[list[str]]:
    shown = [action for action in actions if action.help != argparse.SUPPRESS]
    found = [list(a.option_strings) for a in shown if a.option_strings]
    return [names for names in found if "--help" not in names]


def openstack_commands() -> dict[str, list[list[str]]]:
    from cliff.lister import Lister
    from cliff.show import ShowOne

    class PlainList(Lister):
        def take_action(self, parsed_args: argparse.Namespace) -> object:
            raise NotImplementedError

    class PlainShow(ShowOne):
        def take_action(self, parsed_args: argparse.Namespace) -> object:
            raise NotImplementedError

    app = MagicMock()
    usual: list[list[str]] = []
    for plain in (PlainList, PlainShow):
        usual += options_of(plain(app, None).get_parser("x")._actions)
    commands = {}
    for entry in distribution("python-openstackclient").entry_points:
        if entry.group in GROUPS:
            options = options_of(entry.load()(app, None).get_parser("x")._actions)
            name = entry.name.replace("_", " ")
            commands[name] = [names for names in options if names not in usual]
    return commands


def glance_commands() -> dict[str, list[list[str]]]:
    from glanceclient.v2 import shell

    commands = {}
    for name, command in vars(shell).items():
        if name.startswith("do_"):
            found = [list(names) for names, _ in getattr(command, "arguments", [])]
            options = [names for names in found if names[0].startswith("-")]
            commands[name[3:].replace("_", "-")] = options[::-1]
    return commands


def main() -> None:
    document = {
        "openstack": {
            "version": version("python-openstackclient"),
            "commands": openstack_commands(),
        },
        "glance": {
            "version": version("python-glanceclient"),
            "commands": glance_commands(),
        },
    }
    sys.stdout.write(json.dumps(document, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
