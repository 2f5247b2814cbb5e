"""Commands on services, which are named by their name or type as well as their id."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.commands import options
from imagectl.contract.identity import SERVICE

LOOKUP_KEYS = ("name", "type")


class Create(verbs.Create):
    """Create a service"""

    resource = SERVICE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "type", metavar="<type>", help="Type, such as image, compute or identity"
        )
        parser.add_argument("--name", metavar="<name>", help="Name of the service")
        parser.add_argument(
            "--description", metavar="<description>", help="Description"
        )
        options.add_enable(parser, "service")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(
            type=args.type,
            name=args.name,
            description=args.description,
            enabled=args.enabled,
        )


class List(verbs.List):
    """List services"""

    resource = SERVICE


class Show(verbs.Show):
    """Show a service"""

    resource = SERVICE
    lookup_keys = LOOKUP_KEYS


class Set(verbs.Set):
    """Change a service"""

    resource = SERVICE
    lookup_keys = LOOKUP_KEYS

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--type", metavar="<type>", help="New type")
        parser.add_argument(
            "--name", dest="new_name", metavar="<service-name>", help="New name"
        )
        parser.add_argument(
            "--description", metavar="<description>", help="New description"
        )
        options.add_enable(parser, "service")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(
            type=args.type,
            name=args.new_name,
            description=args.description,
            enabled=args.enabled,
        )


class Delete(verbs.Delete):
    """Delete services, and with each its endpoints"""

    resource = SERVICE
    lookup_keys = LOOKUP_KEYS
