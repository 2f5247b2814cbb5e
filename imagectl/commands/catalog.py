"""``catalog list`` and ``catalog show``: the service catalog of the user's token."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cliff.columns import FormattableColumn

from imagectl.api.catalog import fetch_catalog
from imagectl.command import Lister, ShowOne
from imagectl.errors import NotFoundError
from imagectl.output import escape

COLUMNS = ("Name", "Type", "Endpoints")


class EndpointsCell(FormattableColumn[Sequence[Mapping[str, Any]]]):
    """The endpoints of a service, in tables two lines each: region, then URL."""

    def human_readable(self) -> str:
        lines = []
        for endpoint in self._value:
            region = endpoint.get("region_id") or endpoint.get("region") or "<none>"
            lines += [region, f"  {endpoint['interface']}: {endpoint['url']}"]
        return "".join(f"{escape(line)}\n" for line in lines)


class List(Lister):
    """List the services of the catalog"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        services = (cells(entry) for entry in fetch_catalog(self.cloud.identity))
        return self.table(columns, ([s[c.lower()] for c in columns] for s in services))


class Show(ShowOne):
    """Show one service of the catalog"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "service", metavar="<service>", help="Service to show (type or name)"
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        service = parsed_args.service
        for entry in fetch_catalog(self.cloud.identity):
            if service in (entry.get("name"), entry.get("type")):
                rows = cells(entry)
                names = self.select(list(rows), parsed_args.columns, list(rows))
                return self.columns(rows, names)
        raise NotFoundError(f"service {service} not found in the catalog")


def cells(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows for a service of the catalog, in the order of ``openstack``."""
    endpoints = EndpointsCell(entry.get("endpoints") or ())
    named = {key: entry.get(key) for key in ("id", "name", "type")}
    return {"endpoints": endpoints, **named}
