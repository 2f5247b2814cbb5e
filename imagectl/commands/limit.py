"""Commands on limits: how much of a resource a project may use."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.api import lookup
from imagectl.commands import options
from imagectl.commands.options.service_region import add_region, add_service
from imagectl.commands.registered_limit import filters
from imagectl.contract.unified_limits import LIMIT


class Create(verbs.Create):
    """Limit what a project may have of a registered resource"""

    resource = LIMIT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "resource_name", metavar="<resource-name>", help="What is limited"
        )
        options.add_description(parser)
        add_region(parser, "Region that it is for, if for one")
        options.add_project(parser, "Project that is limited", required=True)
        add_service(parser, "Service that has the resource", required=True)
        parser.add_argument(
            "--resource-limit",
            metavar="<resource-limit>",
            type=int,
            required=True,
            help="How much the project may have",
        )

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {
            **filters(self, args),
            **options.given(
                project_id=lookup.find_project_id(
                    self.cloud, args.project, args.project_domain
                ),
                resource_limit=args.resource_limit,
                description=args.description,
            ),
        }


class List(verbs.List):
    """List limits"""

    resource = LIMIT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        add_service(parser, "List only those of this service")
        parser.add_argument(
            "--resource-name",
            metavar="<resource-name>",
            help="List only those of this resource",
        )
        add_region(parser, "List only those for this region")
        options.add_project(parser, "List only those of this project")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        project_id = lookup.find_project_id(
            self.cloud, args.project, args.project_domain
        )
        return {**filters(self, args), **options.given(project_id=project_id)}


class Show(verbs.Show):
    """Show a limit"""

    resource = LIMIT


class Set(verbs.SetAndShow):
    """Change a limit, and show it"""

    resource = LIMIT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_description(parser, is_new=True)
        parser.add_argument(
            "--resource-limit",
            metavar="<resource-limit>",
            type=int,
            help="How much the project may have from now on",
        )

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(
            description=args.description, resource_limit=args.resource_limit
        )


class Delete(verbs.Delete):
    """Delete limits"""

    resource = LIMIT
