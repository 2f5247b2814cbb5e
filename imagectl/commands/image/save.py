from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.batch import TransferCommand, title_of, total_size
from imagectl.commands.image.options.transfers import (
    add_jobs,
    add_progress,
    add_store_preference,
)
from imagectl.contract.image import IMAGE
from imagectl.errors import UsageError
from imagectl.transfer.download import SaveOptions, save, save_to_descriptor
from imagectl.transfer.progress import Report
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import BLOCK_BYTES
from imagectl.verbs import ResourceVerb

MAX_NAME_BYTES = 200


class Save(ResourceVerb, TransferCommand):
    """Save the data of an image to a file, or to standard output; or of several.

    A file is there only once the data is complete and verified. What was cut off is
    kept beside it as NAME.part, and --continue goes on from there. What went to
    standard output is verified at its end.
    """

    resource = IMAGE
    changes = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "images", "Image(s) to save", nargs="*")
        target = parser.add_mutually_exclusive_group()
        target.add_argument(
            "--file",
            metavar="<filename>",
            help="File to save the image in (default: standard output)",
        )
        target.add_argument(
            "--directory",
            metavar="<directory>",
            type=Path,
            help="Directory to save images in, each by its name",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="Save every image with data that 'image list' shows",
        )
        parser.add_argument(
            "--force", action="store_true", help="Replace a file that exists"
        )
        parser.add_argument(
            "--continue",
            dest="resumes",
            action="store_true",
            help="Go on where an earlier run was cut off, and leave alone what it"
            " completed",
        )
        parser.add_argument(
            "--parallel",
            metavar="<count>",
            type=options.positive,
            default=1,
            help="Fetch each image over so many connections (default: 1)",
        )
        parser.add_argument(
            "--sparse",
            action="store_true",
            help="Leave holes in the file where the image has blocks of zeros",
        )
        parser.add_argument(
            "--chunk-size",
            metavar="<chunk-size>",
            type=options.count,
            default=BLOCK_BYTES,
            help=f"Bytes to read at once (default: {BLOCK_BYTES})",
        )
        add_store_preference(parser)
        add_jobs(parser)
        add_progress(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        _check_options(parsed_args)
        if parsed_args.directory is not None:
            return self.save_all(parsed_args)
        is_file = parsed_args.file not in (None, "-")
        if not is_file and self.is_for_terminal:
            raise UsageError(
                "An image is not for a terminal.", hint="use --file or redirect it"
            )
        image = self.image(self.find(parsed_args.images[0]), parsed_args)
        # What standard output is piped into may use the terminal.
        style = "bar" if is_file else "none"
        with self.show_progress(parsed_args, image.size_bytes, style) as report:
            if is_file:
                how = save_options(parsed_args)
                save(image, Path(parsed_args.file), how, report)
            else:
                save_to_descriptor(image, self.app.stdout.fileno(), report)
        return 0

    def image(self, record: Record, args: argparse.Namespace) -> RemoteImage:
        block_bytes = max(1, args.chunk_size)
        return RemoteImage(self.client, record, args.stores, block_bytes)

    def save_all(self, args: argparse.Namespace) -> int:
        found, missing = self.run_batch(args, args.images, lambda n, _: self.find(n))
        records = [record for record in found if record is not None]
        if args.all:
            records = list(self.client.list(IMAGE, {"status": "active"}))
        how, directory = save_options(args), args.directory
        directory.mkdir(parents=True, exist_ok=True)

        def save_one(item: tuple[Record, str], report: Report) -> None:
            record, name = item
            save(self.image(record, args), directory / name, how, report)

        _, failures = self.run_batch(
            args,
            list(zip(records, file_names(records), strict=True)),
            save_one,
            title=lambda item: title_of(item[0]),
            total_bytes=total_size(records),
        )
        return self.summarize_failures(
            [*missing, *failures], len(missing) + len(records)
        )


def file_names(records: Sequence[Record]) -> list[str]:
    """Return a file name for each image: its name, with its format as suffix.

    Images of the same name get their ids added.
    """
    names = [_file_name(record) for record in records]
    shared = {name for name, count in Counter(names).items() if count > 1}
    return [
        _file_name(record, f"-{record['id']}") if name in shared else name
        for record, name in zip(records, names, strict=True)
    ]


def _file_name(record: Record, mark: str = "") -> str:
    suffix = f".{record['disk_format']}" if record.get("disk_format") else ""
    name = str(record.get("name") or record["id"]).removesuffix(suffix)
    stem = re.sub(r"^\.|[/\0]", "_", name).encode()[:MAX_NAME_BYTES]
    return stem.decode(errors="ignore") + mark + suffix


def save_options(args: argparse.Namespace) -> SaveOptions:
    return SaveOptions(
        overwrites=args.force,
        resumes=args.resumes,
        is_sparse=args.sparse,
        connections=args.parallel,
    )


def _check_options(args: argparse.Namespace) -> None:
    if args.all == bool(args.images):
        raise UsageError("Give the images to save, or --all.")
    if args.directory is None and (args.all or len(args.images) > 1):
        raise UsageError("Several images need a --directory to be saved in.")
