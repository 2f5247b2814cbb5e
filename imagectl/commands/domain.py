"""Commands on domains."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.commands import options
from imagectl.contract.identity import DOMAIN


class Create(verbs.CreateOrShow):
    """Create a domain"""

    resource = DOMAIN

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<domain-name>", help="Name of the domain")
        options.add_description(parser)
        options.add_enable(parser, "domain")
        options.add_or_show(parser, "domain")
        options.add_immutable(parser, "domain")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {"name": args.name, **attributes(args)}


def attributes(args: argparse.Namespace) -> dict[str, Any]:
    """Return the attributes that both ``domain create`` and ``domain set`` set."""
    return options.given(
        description=args.description,
        enabled=args.enabled,
        options=options.resource_options(args),
    )


class List(verbs.List):
    """List domains"""

    resource = DOMAIN

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--name", metavar="<name>", help="List only the domain of this name"
        )
        options.add_enabled_filter(parser, "domains")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(name=args.name, enabled=args.enabled)


class Show(verbs.Show):
    """Show a domain"""

    resource = DOMAIN


class Set(verbs.Set):
    """Change a domain"""

    resource = DOMAIN

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_new_name(parser)
        options.add_description(parser, is_new=True)
        options.add_enable(parser, "domain")
        options.add_immutable(parser, "domain")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {**options.given(name=args.new_name), **attributes(args)}


class Delete(verbs.Delete):
    """Delete domains, which must be disabled, and all that belongs to them"""

    resource = DOMAIN
