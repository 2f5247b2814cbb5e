"""The options of commands that send data, and what is looked at before."""

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


def settle_format(source: LocalSource | None, args: argparse.Namespace) -> str:
    """Return the disk format of a new image: the given one, or what its data is in.

    Data that is not of its format is refused, and so is data that is not safe. What is
    in a container cannot be told; it is raw, as where there is no data.
    """
    if source and args.container_format == "bare":
        return source.check_format(args.disk_format, allow_unsafe=args.allow_unsafe)
    return RAW if args.disk_format == AUTO else str(args.disk_format)
