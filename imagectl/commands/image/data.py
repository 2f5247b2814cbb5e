"""The options of commands that send data, and what is looked at before."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TextIO

from imagectl.api import images
from imagectl.commands import options
from imagectl.transfer.formats import AUTO, RAW
from imagectl.transfer.progress import counted, show_progress
from imagectl.transfer.upload import Source

if TYPE_CHECKING:
    from imagectl.api.client import Client


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
    parser.add_argument(
        "--allow-unsafe",
        action="store_true",
        help="Send data that a safety check of its format does not pass",
    )
    parser.add_argument(
        "--progress",
        action="store_true",
        help="Show how far the upload is, on a terminal",
    )


def settle_format(source: Source | None, args: argparse.Namespace) -> str:
    """Return the disk format of a new image: the given one, or what its data is in.

    Data that is not of its format is refused, and so is data that is not safe. What is
    in a container cannot be told; it is raw, as where there is no data.
    """
    if source and args.container_format == "bare":
        return source.check_format(args.disk_format, allow_unsafe=args.allow_unsafe)
    return RAW if args.disk_format == AUTO else str(args.disk_format)


def send_to_stage(
    client: Client, image_id: str, source: Source, progress: TextIO | None
) -> None:
    with show_progress(progress, source.size_bytes) as report:
        blocks = counted(source.blocks(), report)
        images.stage(client, image_id, blocks, source.size_bytes)
