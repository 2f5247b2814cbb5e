"""``endpoint add project`` and ``endpoint remove project``: who sees an endpoint."""

from __future__ import annotations

import argparse

from imagectl.api import lookup
from imagectl.api.client import quote
from imagectl.api.endpoints import find_endpoint
from imagectl.command import Command
from imagectl.commands import options
from imagectl.contract.identity import PROJECT


class Association(Command):
    """The arguments and the request of both commands."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "endpoint",
            metavar="<endpoint>",
            help="Endpoint (endpoint ID, or type, name or ID of its service)",
        )
        parser.add_argument("project", metavar="<project>", help="Project (name or ID)")
        options.add_domain_of(parser, "project")

    def request(self, method: str, args: argparse.Namespace) -> None:
        """Send a request to the URL of the association."""
        client = self.cloud.identity
        endpoint_id = find_endpoint(client, args.endpoint)["id"]
        project_id = lookup.find_id_in_domain(
            self.cloud, PROJECT, args.project, args.project_domain
        )
        path = f"/OS-EP-FILTER/projects/{quote(project_id)}/endpoints"
        client.request(method, f"{path}/{quote(endpoint_id)}")


class Add(Association):
    """Associate an endpoint with a project"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        self.request("PUT", parsed_args)


class Remove(Association):
    """End the association of an endpoint with a project"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        self.request("DELETE", parsed_args)
