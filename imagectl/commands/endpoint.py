"""Commands on endpoints: the URLs of services."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl import verbs
from imagectl.api import endpoints, lookup
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.options.service_region import (
    SERVICE_KEYS,
    add_service,
    region_id,
    service_id,
)
from imagectl.contract.identity import ENDPOINT, INTERFACES, PROJECT, SERVICE


class Create(verbs.Create):
    """Create an endpoint"""

    resource = ENDPOINT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "service", metavar="<service>", help="Its service (type, name or ID)"
        )
        parser.add_argument(
            "interface",
            metavar="<interface>",
            choices=INTERFACES,
            help=f"Who it is for ({', '.join(INTERFACES)})",
        )
        parser.add_argument("url", metavar="<url>", help="Its URL")
        parser.add_argument(
            "--region", metavar="<region-id>", help="Its region, which must exist"
        )
        options.add_enable(parser, "endpoint")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        service = lookup.find(
            self.client, SERVICE, parsed_args.service, keys=SERVICE_KEYS
        )
        body = {**self.body(parsed_args), "service_id": service["id"]}
        endpoint = self.client.create(ENDPOINT, body)
        return self.display(parsed_args, endpoints.with_service(endpoint, service))

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(
            interface=args.interface,
            url=args.url,
            region_id=region_id(self.cloud, args.region),
            enabled=args.enabled,
        )


class List(verbs.List):
    """List endpoints"""

    resource = ENDPOINT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        add_service(parser, "List only those of this service")
        parser.add_argument(
            "--interface",
            metavar="<interface>",
            choices=INTERFACES,
            help=f"List only those for {', '.join(INTERFACES)}",
        )
        parser.add_argument(
            "--region", metavar="<region-id>", help="List only those in this region"
        )
        associated = parser.add_mutually_exclusive_group()
        associated.add_argument(
            "--endpoint",
            metavar="<endpoint-id>",
            help="List the projects that this endpoint is associated with instead",
        )
        associated.add_argument(
            "--project",
            metavar="<project>",
            help="List only those associated with this project (name or ID)",
        )
        options.add_domain_of(parser, "project")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if parsed_args.endpoint is not None:
            return self.projects(parsed_args)
        return super().take_action(parsed_args)

    def projects(self, args: argparse.Namespace) -> tuple[Sequence[str], Iterable[Any]]:
        """Return the table of the projects that ``--endpoint`` is associated with."""
        path = endpoints.projects_path(args.endpoint)
        keys = {PROJECT.field(name).column: name for name in PROJECT.columns}
        columns = self.select(list(keys), args.columns, list(keys))
        found = self.client.list(PROJECT, path=path)
        return self.table(columns, ([p[keys[c]] for c in columns] for p in found))

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        project_id = lookup.find_project_id(
            self.cloud, args.project, args.project_domain
        )
        return endpoints.list_endpoints(
            self.client,
            options.given(
                interface=args.interface,
                region_id=region_id(self.cloud, args.region),
            ),
            service=args.service,
            project_id=project_id,
        )


class Show(verbs.ShowRecord):
    """Show an endpoint: one of this ID, or the only one of a service"""

    resource = ENDPOINT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "endpoint",
            metavar="<endpoint>",
            help="Endpoint to show (endpoint ID, or type, name or ID of its service)",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        endpoint = endpoints.find_endpoint(self.client, parsed_args.endpoint)
        return self.display(parsed_args, endpoint)


class Set(verbs.Set):
    """Change an endpoint"""

    resource = ENDPOINT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--region", metavar="<region-id>", help="New region")
        parser.add_argument(
            "--interface",
            metavar="<interface>",
            choices=INTERFACES,
            help=f"Who it is for from now on ({', '.join(INTERFACES)})",
        )
        parser.add_argument("--url", metavar="<url>", help="New URL")
        add_service(parser, "New service")
        options.add_enable(parser, "endpoint")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(
            region_id=args.region,
            interface=args.interface,
            url=args.url,
            service_id=service_id(self.cloud, args.service),
            enabled=args.enabled,
        )


class Delete(verbs.Delete):
    """Delete endpoints"""

    resource = ENDPOINT
