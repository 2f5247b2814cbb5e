"""Options of commands that send the data of an image, and a check of the data."""

from __future__ import annotations

import argparse

from imagectl.api import images
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.options.transfers import add_progress
from imagectl.contract.image import DISK_FORMATS
from imagectl.transfer.data_check import check_data
from imagectl.transfer.formats import AUTO, BARE, RAW
from imagectl.transfer.sources import LocalSource
from imagectl.verbs import ResourceVerb


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


def add_disk_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--disk-format",
        metavar="<disk-format>",
        choices=DISK_FORMATS,
        help=f"Format of the disk: {', '.join(DISK_FORMATS)} (default: the image's own,"
        f" or what the data is found to be where that is {RAW})",
    )


def choose_disk_format(source: LocalSource | None, args: argparse.Namespace) -> str:
    """Return the disk format of a new image: the given one, or that of its data.

    Without data, ``auto`` means raw. Raises :class:`VerificationError` as
    :func:`check_data` does.
    """
    disk_format, container_format = formats_given(args)
    if source is None:
        return RAW if disk_format == AUTO else disk_format
    return check_data(
        source, disk_format, container_format, allow_unsafe=args.allow_unsafe
    )


def formats_given(args: argparse.Namespace) -> tuple[str, str]:
    """Return disk and container format of a new image; a property wins, as it does."""
    given = vars(args) | dict(args.properties)
    return str(given["disk_format"]), str(given["container_format"])


def check_new_data(
    command: ResourceVerb,
    source: LocalSource,
    record: Record,
    args: argparse.Namespace,
    container_format: str | None = None,
) -> None:
    """Check data for an image that has none, and give the image its disk format.

    ``container_format`` is the one that the image is given as well, if any. Raises
    :class:`VerificationError` as :func:`check_data` does.
    """
    found = check_data(
        source,
        declared_format(record, args.disk_format),
        container_format or record.get("container_format") or BARE,
        allow_unsafe=args.allow_unsafe,
    )
    settle_disk_format(command, record, found, is_given=args.disk_format is not None)


def declared_format(record: Record, given: str | None) -> str:
    """Return the disk format that data of an existing image is said to have.

    That is the ``given`` one or the image's own, but for raw, which an image is made as
    where nobody says what it is: then it is found out.
    """
    own = record.get("disk_format")
    return given or (AUTO if own in (None, RAW) else str(own))


def settle_disk_format(
    command: ResourceVerb, record: Record, disk_format: str, *, is_given: bool
) -> None:
    """Give an image without data a disk format, and say so if that was found out."""
    operations = images.changes(record, {"disk_format": disk_format})
    if operations:
        record.update(images.patch(command.client, record["id"], operations))
    if operations and not is_given:
        command.app.say(f"image {record['id']} is made {disk_format}, as its data is")
