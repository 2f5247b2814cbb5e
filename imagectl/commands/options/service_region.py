"""Options that name a service or a region, and what they stand for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from imagectl.api import lookup
from imagectl.contract.identity import REGION, SERVICE

if TYPE_CHECKING:
    from imagectl.api.client import Cloud

SERVICE_KEYS = ("name", "type")
"""A service goes by its name or its type, too."""


def add_region(parser: argparse.ArgumentParser, help_text: str) -> None:
    parser.add_argument("--region", metavar="<region>", help=f"{help_text} (ID)")


def add_service(
    parser: argparse.ArgumentParser, help_text: str, *, required: bool = False
) -> None:
    parser.add_argument(
        "--service",
        metavar="<service>",
        required=required,
        help=f"{help_text} (type, name or ID)",
    )


def service_id(cloud: Cloud, service: str | None) -> str | None:
    """Return the id of a service that is given by type, name or id, if it is given."""
    if not service:
        return None
    found = lookup.find(cloud.identity, SERVICE, service, keys=SERVICE_KEYS)
    return str(found["id"])


def region_id(cloud: Cloud, region: str | None) -> str | None:
    """Return the id of a region that must be there, if it is given."""
    return lookup.find(cloud.identity, REGION, region)["id"] if region else None
