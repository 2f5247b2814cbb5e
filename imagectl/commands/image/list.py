from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from imagectl import verbs
from imagectl.commands import options
from imagectl.contract.image import IMAGE, MEMBER_STATUSES, VISIBILITIES
from imagectl.output import Record


class List(verbs.List):
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
            "--name", metavar="<name>", help="List only images of this name"
        )
        parser.add_argument(
            "--status", metavar="<status>", help="List only images in this status"
        )
        parser.add_argument(
            "--member-status",
            metavar="<member-status>",
            type=str.lower,
            choices=MEMBER_STATUSES,
            help="List shared images of which the membership is"
            f" {', '.join(MEMBER_STATUSES)} (default: accepted)",
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
            default="name:asc",
            help="Sort by these keys, each asc or desc (default: name:asc)",
        )
        parser.add_argument("--page-size", help=argparse.SUPPRESS)
        options.add_paging(parser, "image")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        named = options.given(
            visibility=args.visibility,
            name=args.name,
            status=args.status,
            member_status=args.member_status,
            owner=options.project_id(self.cloud, args.project, args.project_domain),
            tag=args.tags,
            os_hidden="true" if args.hidden else None,
            sort=sort_order(args.sort),
        )
        return dict(args.properties) | named

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        limit = verbs.least(args.limit, args.max_items)
        marker = self.find(args.marker)["id"] if args.marker else None
        return self.client.list(IMAGE, self.query(args), limit=limit, marker=marker)


def sort_order(text: str) -> str:
    """Return ``--sort`` as the service takes it, whose own default is descending."""
    keys = (key.strip() for key in text.split(","))
    return ",".join(key if ":" in key else f"{key}:asc" for key in keys if key)
