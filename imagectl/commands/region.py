"""Commands on regions. A region has no name; its creator chooses its id."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.commands import options
from imagectl.contract.identity import REGION


def add_attributes(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``region create`` and ``region set`` share."""
    parser.add_argument(
        "--parent-region", metavar="<region-id>", help="Region that it is a part of"
    )
    options.add_description(parser)


def attributes(args: argparse.Namespace) -> dict[str, Any]:
    """Return the attributes in the options of :func:`add_attributes`."""
    return options.given(
        parent_region_id=args.parent_region, description=args.description
    )


class Create(verbs.Create):
    """Create a region"""

    resource = REGION

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("region", metavar="<region-id>", help="ID of the region")
        add_attributes(parser)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {"id": args.region, **attributes(args)}


class List(verbs.List):
    """List regions"""

    resource = REGION

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--parent-region",
            metavar="<region-id>",
            help="List only the regions right below this one",
        )

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(parent_region_id=args.parent_region)


class Show(verbs.Show):
    """Show a region"""

    resource = REGION


class Set(verbs.Set):
    """Change a region"""

    resource = REGION

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_attributes(parser)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return attributes(args)


class Delete(verbs.Delete):
    """Delete regions"""

    resource = REGION
