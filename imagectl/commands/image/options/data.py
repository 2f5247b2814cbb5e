"""Options of commands that send the data of an image, and a check of the data."""

from __future__ import annotations

import argparse

from imagectl.commands import options
from imagectl.commands.image.options.transfers import add_progress
from imagectl.transfer.formats import AUTO, RAW
from imagectl.transfer.sources import LocalSource


def add_data(parser: argparse.ArgumentParser) -> None:
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
    add_allow_unsafe(parser)
    add_progress(parser)


def add_allow_unsafe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-unsafe",
        action="store_true",
        help="Send data that a safety check of its format does not pass",
    )


def choose_disk_format(source: LocalSource | None, args: argparse.Namespace) -> str:
    """Return the disk format of a new image: the given one, or that of its data.

    Raises :class:`VerificationError` for data that is not in the given format or that
    is not safe. The format of data in a container cannot be detected; there and
    without data, ``auto`` means raw.
    """
    if source and args.container_format == "bare":
        return source.check_format(args.disk_format, allow_unsafe=args.allow_unsafe)
    return RAW if args.disk_format == AUTO else str(args.disk_format)
