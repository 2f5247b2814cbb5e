from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from imagectl import verbs
from imagectl.api import images, imports, lookup
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.batch import TransferCommand
from imagectl.commands.image.options.attributes import add_attributes, attributes
from imagectl.commands.image.options.data import (
    add_data,
    choose_disk_format,
    formats_given,
)
from imagectl.commands.image.options.imports import (
    add_stores,
    import_image,
    make_import_request,
    uri,
)
from imagectl.commands.image.options.signing import (
    add_signing,
    check_signing,
    signature_properties,
)
from imagectl.commands.image.options.waiting import add_wait
from imagectl.contract.image import IMAGE
from imagectl.errors import UsageError
from imagectl.sync.image_data import find_format
from imagectl.transfer.digest import verify
from imagectl.transfer.formats import AUTO, BARE
from imagectl.transfer.sources import LocalSource, open_source
from imagectl.transfer.upload import stage, upload


class Create(verbs.ShowRecord, TransferCommand):
    """Create an image, and store its data from a file or from standard input.

    What is stored is verified. If anything goes wrong, or on Ctrl-C, the new image is
    deleted again.
    """

    changes = True
    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<image-name>", help="Name of the image")
        parser.add_argument("--id", metavar="<id>", help="ID of the image")
        add_data(parser)
        add_attributes(parser, container_format="bare", detects=True)
        parser.add_argument(
            "--hidden",
            action="store_true",
            default=None,
            help="Leave the image out of listings that do not ask for hidden ones",
        )
        parser.add_argument(
            "--import",
            dest="use_import",
            action="store_true",
            help="Stage the data and let the service import it, instead of storing it"
            " directly",
        )
        parser.add_argument(
            "--uri",
            metavar="<uri>",
            type=uri,
            help="Let the service import the image from here (web-download)",
        )
        parser.add_argument(
            "--keep",
            action="store_true",
            help="Keep the image if its data cannot be stored, to try again later"
            " with 'image set --file'",
        )
        add_signing(parser)
        add_stores(parser)
        add_wait(parser, is_default=True)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        args = parsed_args
        _check_options(args)
        with _open(args) as source:
            _check_data_options(args, source)
            wanted = self.import_request(args, source)
            disk_format = _find_disk_format(source, args)
            signature = signature_properties(self.app, source, args)
            body = self.body(args, disk_format) | signature
            record = self.client.create(IMAGE, body)
            with images.discarded_on_failure(
                self.client, record, self.app.say, is_kept=args.keep
            ):
                if wanted:
                    record = self.import_data(record, source, wanted, args)
                elif source:
                    record = self.store_data(record["id"], source, args)
        return self.display(args, record)

    def body(self, args: argparse.Namespace, disk_format: str) -> Record:
        """Return the request that creates the image."""
        owner = lookup.find_project_id(self.cloud, args.project, args.project_domain)
        return attributes(args, disk_format) | options.given(
            id=args.id, owner=owner, tags=args.tags
        )

    def import_request(
        self, args: argparse.Namespace, source: LocalSource | None
    ) -> imports.ImportRequest | None:
        """Return the import to ask for, if any. Raises :class:`UsageError`."""
        if args.uri is not None:
            details = {"uri": args.uri}
            return make_import_request(self.client, args, "web-download", details)
        if not args.use_import:
            return None
        if source is None:
            raise UsageError(
                "There is nothing to import.", hint="use --file or --uri, or pipe it in"
            )
        return make_import_request(self.client, args, "glance-direct", {})

    def store_data(
        self, image_id: str, source: LocalSource, args: argparse.Namespace
    ) -> Record:
        """Send the data to the image's store and return the image."""
        store = next(iter(args.stores), None)
        size_bytes = source.size_bytes
        with self.show_progress(args, size_bytes, title=args.name) as report:
            return upload(self.client, image_id, source, report=report, store=store)

    def import_data(
        self,
        record: Record,
        source: LocalSource | None,
        wanted: imports.ImportRequest,
        args: argparse.Namespace,
    ) -> Record:
        """Stage the data, if it is here, import it and return the image."""
        digest = None
        if source:
            size_bytes = source.size_bytes
            with self.show_progress(args, size_bytes, title=args.name) as report:
                digest = stage(self.client, record["id"], source, report=report)
        stored = import_image(self, record["id"], wanted, args)
        kinds = ("disk_format", "container_format")
        is_as_sent = all(stored[kind] == record[kind] for kind in kinds)
        # The service may unpack or convert what it imports.
        if source and digest and args.wait and is_as_sent:
            verify(stored, digest, source.name)
        return stored


def _check_options(args: argparse.Namespace) -> None:
    check_signing(args)
    if args.uri is not None and (args.file, args.size) != (None, None):
        raise UsageError("--uri does not go with --file and --size.")
    is_imported = args.use_import or args.uri is not None
    if not is_imported and (args.all_stores or len(args.stores) > 1):
        raise UsageError("Only an import fills several stores.", hint="add --import")
    if not is_imported and args.allow_failure is not None:
        raise UsageError("--allow-failure and --disallow-failure need --import.")


def _check_data_options(args: argparse.Namespace, source: LocalSource | None) -> None:
    has_data = source is not None or args.uri is not None
    if not has_data and (args.stores or args.size is not None):
        raise UsageError(
            "--size and --store go with data, and there is none.",
            hint="give --file, pipe the data in, or store it later by 'image set'",
        )


def _find_disk_format(source: LocalSource | None, args: argparse.Namespace) -> str:
    if args.uri is not None and formats_given(args) == (AUTO, BARE):
        return find_format(args.uri, allow_unsafe=args.allow_unsafe)
    return choose_disk_format(source, args)


def _open(args: argparse.Namespace) -> AbstractContextManager[LocalSource | None]:
    if args.uri is not None:
        return nullcontext()
    return open_source(args.file, args.size)
