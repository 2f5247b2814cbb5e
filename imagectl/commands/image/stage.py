from __future__ import annotations

import argparse

from imagectl.commands.image.batch import TransferCommand, title_of
from imagectl.commands.image.options.data import (
    add_data,
    add_disk_format,
    check_new_data,
)
from imagectl.contract.image import IMAGE
from imagectl.errors import UsageError
from imagectl.transfer.sources import open_source
from imagectl.transfer.upload import stage
from imagectl.verbs import ResourceVerb


class Stage(ResourceVerb, TransferCommand):
    """Send the data of a queued image to where 'image import' takes it from"""

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "image", "Image to send data for")
        add_disk_format(parser)
        add_data(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        with open_source(parsed_args.file, parsed_args.size) as source:
            if source is None:
                raise UsageError("There is no data.", hint="use --file, or pipe it in")
            record = self.find(parsed_args.image)
            check_new_data(self, source, record, parsed_args)
            title, size_bytes = title_of(record), source.size_bytes
            with self.show_progress(parsed_args, size_bytes, title=title) as report:
                stage(self.client, record["id"], source, report=report)
