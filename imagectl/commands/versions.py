"""``versions show``: the API versions of the cloud's services."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.api.versions import discover_versions
from imagectl.command import Lister

STATUSES = ("CURRENT", "SUPPORTED", "DEPRECATED", "EXPERIMENTAL")
COLUMNS = {
    "Region Name": "region_name",
    "Service Type": "service_type",
    "Version": "version",
    "Status": "status",
    "Endpoint": "url",
    "Min Microversion": "min_microversion",
    "Max Microversion": "max_microversion",
}


class Show(Lister):
    """Show the API versions of the cloud's services"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        interface = parser.add_mutually_exclusive_group()
        interface.add_argument(
            "--all-interfaces",
            action="store_true",
            help="Ask the endpoints of all interfaces",
        )
        interface.add_argument(
            "--interface",
            metavar="<interface>",
            default="public",
            help="Ask the endpoints of this interface (default: public)",
        )
        parser.add_argument(
            "--region-name", metavar="<region_name>", help="Ask only in this region"
        )
        parser.add_argument(
            "--service",
            metavar="<service>",
            help="Ask only this service, by its type in the catalog or an alias of it",
        )
        parser.add_argument(
            "--status",
            metavar="<status>",
            type=str.upper,
            help=f"Show only the versions of this status ({', '.join(STATUSES)})",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        columns = self.select(list(COLUMNS), parsed_args.columns, list(COLUMNS))
        versions = discover_versions(
            self.cloud.identity,
            interface=None if parsed_args.all_interfaces else parsed_args.interface,
            region_name=parsed_args.region_name,
            service_type=parsed_args.service,
        )
        wanted = parsed_args.status
        rows = (
            {**version, "region_name": region, "service_type": service_type}
            for region, service_type, version in versions
            if wanted in (None, version["status"])
        )
        return self.table(columns, ([row[COLUMNS[c]] for c in columns] for row in rows))
