from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial

from imagectl import verbs
from imagectl.api import lookup
from imagectl.api.client import Record
from imagectl.api.filters import Condition, list_images
from imagectl.api.selection import has_wildcard, matches
from imagectl.commands import options
from imagectl.commands.image.cells import has_colour, with_cells
from imagectl.contract.image import IMAGE, MEMBER_STATUS_FILTERS, VISIBILITIES

HASHES = ("checksum", "hash")
"""Options for the MD5 of an image's data and for its ``os_hash_value``."""


class List(verbs.PagedList):
    """List images, filtered and sorted by the service."""

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        visibility = parser.add_mutually_exclusive_group()
        for name in (*VISIBILITIES, "all"):
            visibility.add_argument(
                f"--{name}",
                dest="visibility",
                action="store_const",
                const=name,
                help="List all images" if name == "all" else f"List only {name} images",
            )
        parser.add_argument(
            "--property",
            dest="properties",
            metavar="<key=value>",
            type=options.pair,
            action="append",
            default=[],
            help="List only images with this property (repeat to ask for several)",
        )
        parser.add_argument(
            "--name",
            metavar="<name>",
            help="List only images of this name; in 'a*' or 'a?c', * stands for any"
            " text and ? for any character",
        )
        for name in HASHES:
            parser.add_argument(
                f"--{name}",
                metavar=f"<{name}>",
                help=f"List only images with this {name}",
            )
        parser.add_argument(
            "--status", metavar="<status>", help="List only images in this status"
        )
        parser.add_argument(
            "--member-status",
            metavar="<member-status>",
            type=str.lower,
            choices=MEMBER_STATUS_FILTERS,
            help="List shared images of which the membership is"
            f" {', '.join(MEMBER_STATUS_FILTERS)} (default: accepted)",
        )
        parser.add_argument(
            "--project",
            metavar="<project>",
            help="List only images of this project (name or ID)",
        )
        options.add_domain_of(parser, "project")
        parser.add_argument(
            "--tag",
            dest="tags",
            metavar="<tag>",
            action="append",
            default=[],
            help="List only images with this tag (repeat to ask for several)",
        )
        parser.add_argument(
            "--hidden",
            action="store_true",
            default=None,
            help="List hidden images instead of the others",
        )
        parser.add_argument(
            "--sort",
            metavar="<key>[:<direction>][,...]",
            type=options.comma_list,
            default="name:asc",
            help="Sort by these keys, each asc or desc (default: name:asc)",
        )
        options.add_page_size(parser, "images")
        parser.add_argument(
            "--human-readable",
            "--human",
            action="store_true",
            help="List sizes in units of 1000 that fit them (13.3M), as openstack does",
        )
        options.add_paging(parser, "image")

    def conditions(self, args: argparse.Namespace) -> list[Condition]:
        """Return what the options say of attributes and properties."""
        named = options.given(
            name=None if has_wildcard(args.name or "") else args.name,
            checksum=args.checksum,
            os_hash_value=args.hash,
            status=args.status,
            owner=lookup.find_project_id(self.cloud, args.project, args.project_domain),
        )
        return [*named.items(), *args.properties]

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        is_pattern = has_wildcard(args.name or "")
        found = list_images(
            self.client,
            self.conditions(args),
            tags=args.tags,
            parameters=options.given(
                visibility=args.visibility,
                member_status=args.member_status,
                os_hidden="true" if args.hidden else None,
                sort=sort_order(args.sort),
            ),
            accepts=partial(matches, pattern=args.name) if is_pattern else None,
            limit=self.limit(args),
            marker=self.find(args.marker)["id"] if args.marker else None,
            page_size=max(1, args.page_size),
        )
        in_units, in_colour = args.human_readable, has_colour(self.app.stdout)
        if not (in_units or in_colour):
            return found
        return (with_cells(r, in_units=in_units, in_colour=in_colour) for r in found)


def sort_order(keys: Iterable[str]) -> str:
    """Return ``--sort`` for the service; keys without a direction are ascending.

    The service's own default is descending.
    """
    stripped = (key.strip() for key in keys)
    return ",".join(key if ":" in key else f"{key}:asc" for key in stripped)
