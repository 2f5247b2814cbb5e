"""Options that name a service or a region, and the look-up of their ids."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from imagectl.api import lookup
from imagectl.contract.identity import REGION, SERVICE

if TYPE_CHECKING:
    from imagectl.api.client import Cloud

SERVICE_KEYS = ("name", "type")
"""The attributes by which a service is found, besides its id."""


def add_region(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Add ``--region``."""
    parser.add_argument("--region", metavar="<region>", help=f"{help_text} (ID)")


def add_service(
    parser: argparse.ArgumentParser, help_text: str, *, required: bool = False
) -> None:
    """Add ``--service``."""
    parser.add_argument(
        "--service",
        metavar="<service>",
        required=required,
        help=f"{help_text} (type, name or ID)",
    )


def service_id(cloud: Cloud, service: str | None) -> str | None:
    """Return the id of a service, found by type, name or id; None if not given.

    Raises what :func:`lookup.find` raises.
    """
    if service is None:
        return None
    found = lookup.find(cloud.identity, SERVICE, service, keys=SERVICE_KEYS)
    return str(found["id"])


def region_id(cloud: Cloud, region: str | None) -> str | None:
    """Return the id of a region; None if not given.

    Raises :class:`NotFoundError` if there is no such region.
    """
    if region is None:
        return None
    return str(lookup.find(cloud.identity, REGION, region)["id"])
