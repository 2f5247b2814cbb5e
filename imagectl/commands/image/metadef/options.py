"""Options for the attributes of a namespace, at its creation and later."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from imagectl.api import lookup
from imagectl.commands import options
from imagectl.program import any_text

if TYPE_CHECKING:
    from imagectl.api.client import Cloud


def add_attributes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--display-name",
        metavar="<display_name>",
        type=any_text,
        help="Name to show to people",
    )
    options.add_description(parser)
    visibility = parser.add_mutually_exclusive_group()
    visibility.add_argument(
        "--public",
        dest="visibility",
        action="store_const",
        const="public",
        help="Let every project see the namespace",
    )
    visibility.add_argument(
        "--private",
        dest="visibility",
        action="store_const",
        const="private",
        help="Let only the owner see the namespace (a new one is private)",
    )
    protection = parser.add_mutually_exclusive_group()
    protection.add_argument(
        "--protected",
        action="store_true",
        default=None,
        help="Protect the namespace, and what it holds, from deletion",
    )
    protection.add_argument(
        "--unprotected",
        dest="protected",
        action="store_false",
        help="Let the namespace be deleted (a new one can be)",
    )
    options.add_tag(parser, "namespace")
    parser.add_argument(
        "--project",
        metavar="<project>",
        help="Project that owns the namespace (name or ID)",
    )
    options.add_domain_of(parser, "project")


def attributes(args: argparse.Namespace, cloud: Cloud) -> dict[str, Any]:
    """Return the attributes that the options give, as the service names them."""
    return options.given(
        display_name=args.display_name,
        description=args.description,
        visibility=args.visibility,
        protected=args.protected,
        owner=lookup.find_project_id(cloud, args.project, args.project_domain),
    )
