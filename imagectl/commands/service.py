"""Commands on services, which are found by name, type or id."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.commands import options
from imagectl.commands.options.service_region import SERVICE_KEYS
from imagectl.contract.identity import SERVICE


class Create(verbs.Create):
    """Create a service"""

    resource = SERVICE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "type", metavar="<type>", help="Type, such as image, compute or identity"
        )
        parser.add_argument("--name", metavar="<name>", help="Name of the service")
        options.add_description(parser)
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
    lookup_keys = SERVICE_KEYS


class Set(verbs.Set):
    """Change a service"""

    resource = SERVICE
    lookup_keys = SERVICE_KEYS

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--type", metavar="<type>", help="New type")
        options.add_new_name(parser, "<service-name>")
        options.add_description(parser, is_new=True)
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
    lookup_keys = SERVICE_KEYS
