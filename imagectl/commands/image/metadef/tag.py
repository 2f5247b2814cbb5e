"""Commands on tags: words that a namespace defines for marking resources."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl import verbs
from imagectl.api import metadefs
from imagectl.api.client import Record
from imagectl.command import Lister
from imagectl.commands import options
from imagectl.commands.image.metadef.definition import (
    DeleteParts,
    Part,
    ShowPart,
)
from imagectl.contract.metadef import TAG


class Create(Part, Lister):
    """Add tags to a namespace, all of them or none.

    Tags that the namespace has already stay, unless --replace is given.
    """

    changes = True
    resource = TAG

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("names", metavar="<tag>", nargs="+", help="Tag(s) to add")
        others = parser.add_mutually_exclusive_group()
        others.add_argument(
            "--append",
            action="store_true",
            help="Keep the tags that the namespace has (the default)",
        )
        others.add_argument(
            "--replace",
            action="store_true",
            help="Remove the tags that the namespace has",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        names = list(dict.fromkeys(parsed_args.names))
        metadefs.add_tags(
            self.client, parsed_args.namespace, names, replace=parsed_args.replace
        )
        return self.table(["name"], ([name] for name in names))


class Delete(DeleteParts):
    """Delete tags of a namespace"""

    resource = TAG
    plural = "tags"


class List(Part, verbs.PagedList):
    """List the tags of a namespace, the newest first"""

    resource = TAG

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_paging(parser, "tag")

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return self.client.list(
            self.in_namespace(args), limit=self.limit(args), marker=args.marker
        )


class Set(Part):
    """Rename a tag of a namespace"""

    resource = TAG

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "tag", "Tag to rename")
        parser.add_argument(
            "--name",
            metavar="<name>",
            required=True,
            help="New name of the tag",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        changes = {"name": parsed_args.name}
        tags = self.in_namespace(parsed_args)
        metadefs.change(self.client, tags, parsed_args.tag, changes)


class Show(ShowPart):
    """Show a tag of a namespace"""

    resource = TAG
