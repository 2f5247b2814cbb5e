from __future__ import annotations

import argparse
from pathlib import Path

from imagectl.api import images
from imagectl.commands import options
from imagectl.contract.image import IMAGE
from imagectl.errors import UsageError
from imagectl.transfer import download
from imagectl.transfer.progress import counted, show_progress
from imagectl.transfer.upload import BLOCK_BYTES
from imagectl.verbs import ResourceVerb


class Save(ResourceVerb):
    """Save the data of an image to a file, or to standard output.

    A file is there only once the data is complete and verified. What went to standard
    output is verified at its end.
    """

    resource = IMAGE
    changes = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "image", "Image to save")
        parser.add_argument(
            "--file",
            metavar="<filename>",
            help="File to save the image in (default: standard output)",
        )
        parser.add_argument(
            "--chunk-size",
            metavar="<chunk-size>",
            type=options.count,
            default=BLOCK_BYTES,
            help=f"Bytes to read at once (default: {BLOCK_BYTES})",
        )
        parser.add_argument(
            "--store-preference",
            dest="stores",
            metavar="<store>",
            action="append",
            default=[],
            help="Store to read the image from if it can (repeat for a second choice)",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        is_file = parsed_args.file not in (None, "-")
        if not is_file and self.is_for_terminal:
            raise UsageError(
                "An image is not for a terminal.", hint="use --file or redirect it"
            )
        record = self.find(parsed_args.image)
        data = images.open_data(self.client, record["id"], parsed_args.stores)
        progress = show_progress(self.app.stderr if is_file else None, record["size"])
        with data, progress as report:
            chunks = images.read_blocks(data, max(1, parsed_args.chunk_size))
            blocks = counted(chunks, report)
            if is_file:
                download.save(blocks, record, Path(parsed_args.file))
            else:
                download.save_to_descriptor(blocks, record, self.app.stdout.fileno())
