from __future__ import annotations

import argparse

from imagectl.api import images, tags
from imagectl.command import common_code
from imagectl.contract.image import IMAGE
from imagectl.errors import NotFoundError
from imagectl.verbs import ResourceVerb


class Unset(ResourceVerb):
    """Take tags and properties from an image."""

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "image", "Image to change")
        parser.add_argument(
            "--tag",
            dest="tags",
            metavar="<tag>",
            action="append",
            default=[],
            help="Tag to remove (repeat to remove several)",
        )
        parser.add_argument(
            "--property",
            dest="properties",
            metavar="<property-key>",
            action="append",
            default=[],
            help="Property to remove (repeat to remove several)",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        record = self.find(parsed_args.image)

        def remove_tag(tag: str) -> None:
            tags.remove(self.client, record, tag)

        def remove_property(key: str) -> None:
            if key not in record:
                raise NotFoundError(f"Image {record['id']} has no property '{key}'.")
            images.patch(self.client, record["id"], [images.remove(key)])

        return common_code(
            [
                self.for_each(parsed_args.tags, remove_tag),
                self.for_each(parsed_args.properties, remove_property),
            ]
        )
