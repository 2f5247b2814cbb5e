from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.api import images
from imagectl.commands import options
from imagectl.commands.image.attributes import add_attributes, attributes
from imagectl.commands.image.moving import add_progress, progress_of
from imagectl.contract.image import IMAGE
from imagectl.output import Record
from imagectl.transfer.sources import Source, open_source
from imagectl.transfer.upload import upload


class Create(verbs.Create):
    """Create an image, and store its data from a file or from standard input.

    What is stored is verified. If anything goes wrong, or on Ctrl-C, the new image is
    deleted again.
    """

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<image-name>", help="Name of the image")
        parser.add_argument("--id", metavar="<id>", help="ID of the image")
        parser.add_argument(
            "--file",
            metavar="<file>",
            help="File with the image, or - for standard input, which is taken"
            " unasked where it is piped or redirected and holds data",
        )
        parser.add_argument(
            "--size",
            metavar="<size>",
            type=options.count,
            help="Size of the image in bytes, where standard input does not tell",
        )
        add_attributes(parser, container_format="bare", disk_format="raw")
        parser.add_argument(
            "--hidden",
            action="store_true",
            default=None,
            help="Leave the image out of listings that do not ask for hidden ones",
        )
        parser.add_argument(
            "--keep",
            action="store_true",
            help="Keep the image if its data cannot be stored, to try again later"
            " with 'image set --file'",
        )
        add_progress(parser)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        owner = options.project_id(self.cloud, args.project, args.project_domain)
        return attributes(args) | options.given(id=args.id, owner=owner, tags=args.tags)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        with open_source(parsed_args.file, parsed_args.size) as source:
            if source and parsed_args.container_format == "bare":
                source.check_format(parsed_args.disk_format)
            record: Record = self.client.create(IMAGE, self.body(parsed_args))
            if source:
                record = self.upload(record, source, parsed_args)
        return self.display(parsed_args, record)

    def upload(
        self, record: Record, source: Source, args: argparse.Namespace
    ) -> Record:
        with (
            images.discarded_on_failure(
                self.client, record, self.app.say, is_kept=args.keep
            ),
            progress_of(self, args, source.size_bytes) as report,
        ):
            return upload(self.client, record["id"], source, report=report)
