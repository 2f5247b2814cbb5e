from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator

from imagectl.api import images, lookup, members
from imagectl.api.client import Record
from imagectl.api.quarantine import deactivated_if_wrong
from imagectl.commands import options
from imagectl.commands.image.batch import TransferCommand, title_of
from imagectl.commands.image.options.attributes import (
    add_attributes,
    add_membership,
    attributes,
)
from imagectl.commands.image.options.data import add_allow_unsafe, check_new_data
from imagectl.commands.image.options.transfers import add_progress
from imagectl.contract.image import IMAGE
from imagectl.errors import ConflictError, UsageError
from imagectl.transfer.sources import LocalSource, open_source
from imagectl.transfer.upload import upload
from imagectl.verbs import ResourceVerb

WELL_KNOWN_PROPERTIES = {
    "architecture": "Processor architecture that the image is for",
    "instance-id": "ID of the instance that the image was made of",
    "kernel-id": "ID of the kernel image that boots this image",
    "os-distro": "Name of the operating system's distribution",
    "os-version": "Version of the operating system's distribution",
    "ramdisk-id": "ID of the ramdisk image that boots this image",
}


class Set(ResourceVerb, TransferCommand):
    """Change images: their attributes, their status, or a membership of them."""

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "images", "Image(s) to change", nargs="+")
        parser.add_argument("--name", metavar="<name>", help="New name of the image")
        add_attributes(parser)
        for name, help_text in WELL_KNOWN_PROPERTIES.items():
            parser.add_argument(f"--{name}", metavar=f"<{name}>", help=help_text)
        parser.add_argument(
            "--instance-uuid", dest="instance_id", help=argparse.SUPPRESS
        )
        status = parser.add_mutually_exclusive_group()
        status.add_argument(
            "--deactivate",
            dest="active",
            action="store_false",
            default=None,
            help="Keep the image's data from being downloaded",
        )
        status.add_argument(
            "--activate",
            dest="active",
            action="store_true",
            help="Let the image's data be downloaded again",
        )
        add_membership(parser)
        hidden = parser.add_mutually_exclusive_group()
        hidden.add_argument(
            "--hidden", action="store_true", default=None, help="Hide the image"
        )
        hidden.add_argument(
            "--unhidden", dest="hidden", action="store_false", help="Unhide the image"
        )
        parser.add_argument(
            "--file",
            metavar="<file>",
            help="File with the data of an image that has none yet, or - for standard"
            " input",
        )
        parser.add_argument(
            "--size",
            metavar="<size>",
            type=options.count,
            help="Size of the data in bytes, where standard input does not tell",
        )
        parser.add_argument(
            "--store", metavar="<store>", help="Store to keep the data in"
        )
        add_allow_unsafe(parser)
        add_progress(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        own = parsed_args.name, parsed_args.file
        data_options = parsed_args.store, parsed_args.size
        if parsed_args.file is None and data_options != (None, None):
            raise UsageError("--size and --store go with --file.")
        if len(parsed_args.images) > 1 and own != (None, None):
            raise UsageError("Several images cannot be given one name or one file.")
        project = lookup.find_project_id(
            self.cloud, parsed_args.project, parsed_args.project_domain
        )
        return self.for_each(
            parsed_args.images, lambda given: self.change(given, project, parsed_args)
        )

    def change(self, given: str, project: str | None, args: argparse.Namespace) -> None:
        # A member that has not accepted an image lists it only when it asks for all.
        scope = {"member_status": "all"} if args.membership else {}
        record = self.find(given, **scope)
        if args.file is None:
            self.apply(record, project, args)
            return
        with self.open_data(record, args) as source:
            self.apply(record, project, args)
            self.store(record, source, args)

    @contextlib.contextmanager
    def open_data(
        self, record: Record, args: argparse.Namespace
    ) -> Iterator[LocalSource]:
        """Open the data of an image that has none, as when its upload failed.

        The data is checked, and the image gets its disk format, unless one is given.
        """
        if record["status"] != "queued":
            raise ConflictError(
                f"Image {record['id']} is {record['status']}: it takes no data."
            )
        with open_source(args.file, args.size) as source:
            if source is None:
                raise UsageError("standard input holds no data")
            check_new_data(self, source, record, args, args.container_format)
            yield source

    def apply(
        self, record: Record, project: str | None, args: argparse.Namespace
    ) -> None:
        """Make the changes that the options name, but for the data."""
        if args.active is not None:
            images.set_active(self.client, record["id"], args.active)
        if args.membership:
            self.set_membership(record, project, args.membership)
            project = None
        self.set_attributes(record, project, args)

    def set_membership(self, record: Record, project: str | None, status: str) -> None:
        member = project or self.cloud.session.access.project_id or ""
        members.set_status(self.client, record["id"], member, status)

    def set_attributes(
        self, record: Record, owner: str | None, args: argparse.Namespace
    ) -> None:
        known = (name.replace("-", "_") for name in WELL_KNOWN_PROPERTIES)
        properties = {name: getattr(args, name) for name in known}
        tags = list(dict.fromkeys([*record["tags"], *(args.tags or ())]))
        wanted = options.given(**properties, owner=owner, tags=tags)
        operations = images.changes(record, wanted | attributes(args, args.disk_format))
        if operations:
            images.patch(self.client, record["id"], operations)

    def store(
        self, record: Record, source: LocalSource, args: argparse.Namespace
    ) -> None:
        image_id, title, size_bytes = record["id"], title_of(record), source.size_bytes
        with (
            deactivated_if_wrong(self.client, record),
            self.show_progress(args, size_bytes, title=title) as report,
        ):
            upload(self.client, image_id, source, report=report, store=args.store)
