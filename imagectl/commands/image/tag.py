"""The tags of images."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from imagectl.api import tags
from imagectl.api.client import Record
from imagectl.command import Lister
from imagectl.commands.image.image_argument import NamesImage
from imagectl.contract.image import IMAGE


class Add(NamesImage):
    """Add tags to an image"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser)
        parser.add_argument("tags", metavar="<tag>", nargs="+", help="Tag(s)")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        record = self.find_image(parsed_args.image)
        return self.for_each(parsed_args.tags, partial(self.change, record))

    def change(self, record: Record, tag: str) -> None:
        tags.add(self.cloud.image, record["id"], tag)


class Remove(Add):
    """Remove tags from an image"""

    def change(self, record: Record, tag: str) -> None:
        tags.remove(self.cloud.image, record, tag)


class List(Lister):
    """List the tags of the images that you can see, and how many images have each"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        listed = self.cloud.image.list(IMAGE)
        counts = Counter(tag for record in listed for tag in record["tags"])
        return self.table(("Tag", "Images"), sorted(counts.items()))
