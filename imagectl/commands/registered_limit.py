"""Commands on registered limits: the resources with limits, and their defaults."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.commands import options
from imagectl.commands.options.service_region import (
    add_region,
    add_service,
    region_id,
    service_id,
)
from imagectl.contract.unified_limits import REGISTERED_LIMIT


class Create(verbs.Create):
    """Register a limit"""

    resource = REGISTERED_LIMIT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "resource_name", metavar="<resource-name>", help="What is limited"
        )
        options.add_description(parser)
        add_region(parser, "Region that it is for, if for one")
        add_service(parser, "Service that has the resource", required=True)
        parser.add_argument(
            "--default-limit",
            metavar="<default-limit>",
            type=int,
            required=True,
            help="How much there is for each, unless a limit says otherwise",
        )

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return attributes(self, args)


def attributes(command: verbs.ResourceVerb, args: argparse.Namespace) -> dict[str, Any]:
    """Return the attributes that ``registered limit create`` and ``set`` set."""
    return options.given(
        service_id=service_id(command.cloud, args.service),
        region_id=region_id(command.cloud, args.region),
        resource_name=args.resource_name,
        default_limit=args.default_limit,
        description=args.description,
    )


class List(verbs.List):
    """List registered limits"""

    resource = REGISTERED_LIMIT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        add_service(parser, "List only those of this service")
        parser.add_argument(
            "--resource-name",
            metavar="<resource-name>",
            help="List only those of this resource",
        )
        add_region(parser, "List only those for this region")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        return filters(self, args)


def filters(command: verbs.ResourceVerb, args: argparse.Namespace) -> dict[str, Any]:
    """Return the filters that ``registered limit list`` and ``limit list`` share."""
    return options.given(
        service_id=service_id(command.cloud, args.service),
        region_id=region_id(command.cloud, args.region),
        resource_name=args.resource_name,
    )


class Show(verbs.Show):
    """Show a registered limit"""

    resource = REGISTERED_LIMIT


class Set(verbs.SetAndShow):
    """Change a registered limit, and show it"""

    resource = REGISTERED_LIMIT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_service(parser, "New service")
        parser.add_argument(
            "--resource-name", metavar="<resource-name>", help="New resource"
        )
        parser.add_argument(
            "--default-limit",
            metavar="<default-limit>",
            type=int,
            help="How much there is for each from now on",
        )
        options.add_description(parser, is_new=True)
        add_region(parser, "New region")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return attributes(self, args)


class Delete(verbs.Delete):
    """Delete registered limits"""

    resource = REGISTERED_LIMIT
