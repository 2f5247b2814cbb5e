"""The locations of image data, for administrators and their services."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl import verbs
from imagectl.api import imports, locations
from imagectl.command import Lister
from imagectl.commands import options
from imagectl.commands.image.image_argument import NamesImage
from imagectl.commands.image.options.waiting import add_wait, wait_limit
from imagectl.contract.image import IMAGE

COLUMNS = {"URL": "url", "Metadata": "metadata"}
HASHES = ("checksum", "os_hash_algo", "os_hash_value")


class List(Lister, NamesImage):
    """List where the data of an image is"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        columns = self.select(list(COLUMNS), parsed_args.columns, list(COLUMNS))
        record = self.find_image(parsed_args.image)
        found = locations.list_all(self.cloud.image, record)
        return self.table(
            columns, ([each.get(COLUMNS[c]) for c in columns] for each in found)
        )


class Add(verbs.ShowRecord):
    """Say where the data of an image is

    A queued image is given its data by a task of the service, which looks at it; that
    is waited for. With --metadata or --checksum, or for an image that has data
    already, the location is written into the image, unseen: not all services let you.
    """

    changes = True
    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "image", "Image")
        parser.add_argument("url", metavar="<url>", help="Where its data is")
        add_metadata(parser)
        parser.add_argument("--checksum", metavar="<md5>", help="MD5 of the data")
        parser.add_argument(
            "--hash-algo",
            dest="os_hash_algo",
            metavar="<algorithm>",
            help="Algorithm of --hash-value, as sha512",
        )
        parser.add_argument(
            "--hash-value",
            dest="os_hash_value",
            metavar="<hash>",
            help="Hash of the data",
        )
        add_wait(parser, is_default=True)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        args, client = parsed_args, self.client
        record = self.find(args.image)
        image_id = record["id"]
        hashes = options.given(**{name: getattr(args, name) for name in HASHES})
        is_written = args.metadata or args.checksum is not None
        if is_written or record["status"] != "queued":
            location = {"url": args.url, "metadata": dict(args.metadata)}
            checked = {"validation_data": hashes} if hashes else {}
            record = locations.add(client, image_id, {**location, **checked})
        else:
            request_id = locations.register(client, image_id, args.url, hashes)
            if args.wait:
                limit = wait_limit(self.app, args)
                record = imports.wait_for_import(client, image_id, request_id, limit)
        return self.display(args, record)


class Set(NamesImage):
    """Change the metadata of a location"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser)
        parser.add_argument("url", metavar="<url>", help="URL of the location")
        add_metadata(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        record = self.find_image(parsed_args.image)
        metadata = dict(parsed_args.metadata)
        locations.replace_metadata(self.cloud.image, record, parsed_args.url, metadata)


class Delete(NamesImage):
    """Take locations from an image; all are taken, or none"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser)
        parser.add_argument(
            "urls", metavar="<url>", nargs="+", help="URL(s) of the locations"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        record = self.find_image(parsed_args.image)
        locations.remove(self.cloud.image, record, parsed_args.urls)


def add_metadata(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--metadata",
        metavar="<key=value>",
        type=options.pair,
        action="append",
        default=[],
        help="What the location has for metadata (repeat for several)",
    )
