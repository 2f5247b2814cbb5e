from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from imagectl.api import images, lookup
from imagectl.api.client import Record
from imagectl.command import Lister
from imagectl.commands import options
from imagectl.commands.image.batch import TransferCommand
from imagectl.commands.image.options.attributes import add_attributes, attributes
from imagectl.commands.image.options.data import add_allow_unsafe, choose_disk_format
from imagectl.commands.image.options.transfers import add_jobs, add_progress
from imagectl.contract.image import IMAGE
from imagectl.transfer.progress import Report
from imagectl.transfer.sources import open_file
from imagectl.transfer.upload import upload

COLUMNS = ("ID", "Name", "Size", "Status")


class Upload(Lister, TransferCommand):
    """Create an image of each file, named as the file without its suffix.

    What is stored is verified. An image whose upload fails is deleted again, and does
    not keep the others.
    """

    changes = True

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "files", metavar="<file>", nargs="+", help="File(s) to create images of"
        )
        add_attributes(parser, container_format="bare", detects=True)
        add_allow_unsafe(parser)
        parser.add_argument(
            "--hidden",
            action="store_true",
            default=None,
            help="Leave the images out of listings that do not ask for hidden ones",
        )
        parser.add_argument(
            "--keep",
            action="store_true",
            help="Keep images whose data cannot be stored, to try again later"
            " with 'image set --file'",
        )
        parser.set_defaults(name=None)
        add_jobs(parser)
        add_progress(parser)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        owner = lookup.find_project_id(
            self.cloud, parsed_args.project, parsed_args.project_domain
        )
        given = options.given(owner=owner, tags=parsed_args.tags)
        body = attributes(parsed_args, parsed_args.disk_format) | given

        def upload_one(file: str, report: Report) -> Record:
            named = {"name": Path(file).stem, **body}
            return self.create_image(file, named, report, parsed_args)

        files = parsed_args.files
        paths = [Path(file) for file in files]
        total_bytes = sum(path.stat().st_size for path in paths if path.is_file())
        records, failures = self.run_batch(
            parsed_args, files, upload_one, title=str, total_bytes=total_bytes
        )
        self.exit_code = self.summarize_failures(failures, len(files))
        rows = (
            [record[name.lower()] for name in COLUMNS] for record in records if record
        )
        return self.table(COLUMNS, rows)

    def create_image(
        self, file: str, body: Record, report: Report, args: argparse.Namespace
    ) -> Record:
        client = self.cloud.image
        with open_file(file) as source:
            disk_format = choose_disk_format(source, args)
            record = client.create(IMAGE, {**body, "disk_format": disk_format})
            with images.discarded_on_failure(
                client, record, self.app.say, is_kept=args.keep
            ):
                return upload(client, record["id"], source, report=report)
