"""Commands on endpoint groups: endpoints, chosen by filters, for some projects."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from imagectl import verbs
from imagectl.api import lookup
from imagectl.api.client import Record, quote
from imagectl.commands import options
from imagectl.contract.endpoint_filter import ENDPOINT_GROUP
from imagectl.contract.identity import PROJECT
from imagectl.errors import UsageError


def read_filters(path: str) -> Any:
    """Return the filters in a JSON file.

    Raises :class:`UsageError` for invalid JSON, :class:`OSError` for a file that
    cannot be read.
    """
    try:
        return json.loads(Path(path).read_text())
    except ValueError as error:
        raise UsageError(f"{path} holds no JSON: {error}") from None


class Create(verbs.Create):
    """Create an endpoint group"""

    resource = ENDPOINT_GROUP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<name>", help="Name of the group")
        parser.add_argument(
            "filters",
            metavar="<filename>",
            help='File of its filters: {"interface": "admin", "service_id": "..."}',
        )
        options.add_description(parser)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        filters = read_filters(args.filters)
        text = options.given(description=args.description)
        return {"name": args.name, "filters": filters, **text}


class List(verbs.List):
    """List endpoint groups"""

    resource = ENDPOINT_GROUP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        associated = parser.add_mutually_exclusive_group()
        associated.add_argument(
            "--endpointgroup",
            metavar="<endpoint-group>",
            help="List the projects of this group instead (name or ID)",
        )
        associated.add_argument(
            "--project",
            metavar="<project>",
            help="List only the groups of this project (name or ID)",
        )
        options.add_domain(parser, "Domain of <project>")

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        if args.endpointgroup is not None:
            group_id = self.find(args.endpointgroup)["id"]
            path = f"{ENDPOINT_GROUP.path}/{quote(group_id)}/projects"
            return self.client.list(PROJECT, path=path)
        if args.project is not None:
            project_id = lookup.find_id(
                self.client, PROJECT, args.project, scope=self.scope(args)
            )
            path = f"/OS-EP-FILTER/projects/{quote(project_id)}/endpoint_groups"
            return self.client.list(ENDPOINT_GROUP, path=path)
        if args.domain is not None:
            raise UsageError("--domain needs the --project whose domain it is.")
        return super().records(args)


class Show(verbs.Show):
    """Show an endpoint group"""

    resource = ENDPOINT_GROUP


class Set(verbs.Set):
    """Change an endpoint group"""

    resource = ENDPOINT_GROUP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_new_name(parser)
        parser.add_argument(
            "--filters", metavar="<filename>", help="File of new filters"
        )
        options.add_description(parser, is_new=True)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        filters = None if args.filters is None else read_filters(args.filters)
        return options.given(
            name=args.new_name,
            filters=filters,
            description=args.description,
        )


class Delete(verbs.Delete):
    """Delete endpoint groups"""

    resource = ENDPOINT_GROUP


class Association(verbs.ResourceVerb):
    """The arguments and the request of adding and removing a project."""

    resource = ENDPOINT_GROUP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "group", "Endpoint group")
        parser.add_argument("project", metavar="<project>", help="Project (name or ID)")
        options.add_domain_of(parser, "project")

    def request(self, method: str, args: argparse.Namespace) -> None:
        """Send a request to the URL of the association."""
        group_id = self.find(args.group)["id"]
        project_id = lookup.find_id_in_domain(
            self.cloud, PROJECT, args.project, args.project_domain
        )
        path = f"{ENDPOINT_GROUP.path}/{quote(group_id)}/projects"
        self.client.request(method, f"{path}/{quote(project_id)}")


class AddProject(Association):
    """Give a project the endpoints of a group"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        self.request("PUT", parsed_args)


class RemoveProject(Association):
    """Take the endpoints of a group from a project"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        self.request("DELETE", parsed_args)
