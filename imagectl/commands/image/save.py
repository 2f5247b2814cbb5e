from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from unicodedata import normalize

from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.batch import TransferCommand, title_of, total_size
from imagectl.commands.image.options.transfers import (
    add_jobs,
    add_progress,
    add_store_preference,
)
from imagectl.contract.image import IMAGE
from imagectl.errors import ConflictError, UsageError
from imagectl.output import escape
from imagectl.transfer.download import SaveOptions, save, save_to_stream
from imagectl.transfer.part_file import SUFFIXES
from imagectl.transfer.progress import Report
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import BLOCK_BYTES
from imagectl.verbs import ResourceVerb

STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
"""What names it for ``--file``: it is written to and not replaced."""
MAX_NAME_BYTES = 240
"""The most that most disks take, less the suffix of a part file's notes."""
MAX_END_BYTES = 100
_SPECIAL_START = re.compile(
    r"^[.~-]|^(?=(con|prn|aux|nul|com\d|lpt\d)(\.|$))", re.IGNORECASE
)
"""What makes a hidden file, an option, or a device of Windows."""


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
        is_file = parsed_args.file not in (None, *STANDARD_OUTPUT)
        if not is_file and self.is_for_terminal:
            raise UsageError(
                "An image is not for a terminal.", hint="use --file or redirect it"
            )
        image = self.image(self.find(parsed_args.images[0]), parsed_args)
        # What standard output is piped into may use the terminal.
        style = "bar" if is_file else "none"
        title = parsed_args.images[0]
        with self.show_progress(
            parsed_args, image.size_bytes, style, title=title
        ) as report:
            if is_file:
                how = save_options(parsed_args)
                save(image, Path(parsed_args.file), how, report)
            else:
                save_to_stream(image, self.app.stdout, report)
        return 0

    def image(self, record: Record, args: argparse.Namespace) -> RemoteImage:
        block_bytes = max(1, args.chunk_size)
        return RemoteImage(self.client, record, args.stores, block_bytes)

    def save_all(self, args: argparse.Namespace) -> int:
        found, missing = self.run_batch(args, args.images, lambda n, _: self.find(n))
        records = [record for record in found if record is not None]
        if args.all:
            records = list(self.client.list(IMAGE, {"status": "active"}))
        records = list({record["id"]: record for record in records}.values())
        how, directory = save_options(args), args.directory
        names = file_names(records)
        directory.mkdir(parents=True, exist_ok=True)

        def save_one(item: tuple[Record, str], report: Report) -> None:
            record, name = item
            save(self.image(record, args), directory / name, how, report)

        _, failures = self.run_batch(
            args,
            list(zip(records, names, strict=True)),
            save_one,
            title=lambda item: title_of(item[0]),
            total_bytes=total_size(records),
        )
        return self.summarize_failures(
            [*missing, *failures], len(missing) + len(records)
        )


def file_names(records: Sequence[Record]) -> list[str]:
    """Return a file name for each image: its name, with its format as suffix.

    Images whose files would meet get their ids added: those of one name, also on a disk
    that takes ``A`` and ``a`` for the same, and a name that is that of another's part
    file. Raises :class:`ConflictError` where that does not help.
    """
    names = [_file_name(record) for record in records]
    meeting = _find_meeting(names)
    names = [
        _file_name(record, f"-{record['id']}") if name in meeting else name
        for record, name in zip(records, names, strict=True)
    ]
    for name in _find_meeting(names):
        raise ConflictError(f"Several images would be saved as {name}.")
    return names


def _find_meeting(names: Sequence[str]) -> set[str]:
    """Return the names of which some file is also that of another name."""
    files = [{_fold(n + suffix) for suffix in ("", *SUFFIXES)} for n in names]
    count = Counter(file for each in files for file in each)
    return {
        name
        for name, each in zip(names, files, strict=True)
        if any(count[file] > 1 for file in each)
    }


def _fold(name: str) -> str:
    """Return what is the same for all names that a disk may take for one."""
    for _ in range(2):  # folding may undo the normal form
        name = normalize("NFKC", name).casefold()
    return name.rstrip(". ")


def _file_name(record: Record, mark: str = "") -> str:
    """Return one component of a path, with ``mark`` and the format at its end."""
    disk_format = record.get("disk_format")
    suffix = f".{disk_format}" if disk_format else ""
    name = str(record.get("name") or record["id"]).removesuffix(suffix)
    end = _cut(_plain(mark + suffix), MAX_END_BYTES)
    stem = _cut(_plain(name), MAX_NAME_BYTES - len(end.encode()))
    return _SPECIAL_START.sub("_", stem + end)


def _plain(text: str) -> str:
    return escape(text.replace("/", "_").replace("\0", "_")).replace("\\", "_")


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def save_options(args: argparse.Namespace) -> SaveOptions:
    return SaveOptions(
        overwrites=args.force,
        resumes=args.resumes,
        is_sparse=args.sparse,
        connections=args.parallel,
        follows_links=args.directory is None,
    )


def _check_options(args: argparse.Namespace) -> None:
    if args.all == bool(args.images):
        raise UsageError("Give the images to save, or --all.")
    if args.directory is None and (args.all or len(args.images) > 1):
        raise UsageError("Several images need a --directory to be saved in.")
