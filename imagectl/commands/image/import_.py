from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.api import imports
from imagectl.api.client import Record
from imagectl.commands.image.options.data import (
    add_disk_format,
    declared_format,
    settle_disk_format,
)
from imagectl.commands.image.options.imports import (
    add_stores,
    import_image,
    make_import_request,
    uri,
)
from imagectl.commands.image.options.waiting import add_wait
from imagectl.contract.image import IMAGE
from imagectl.errors import UsageError
from imagectl.sync.image_data import find_format
from imagectl.transfer.formats import AUTO, BARE

STATUS_FOR = {
    "glance-direct": "uploading",
    "web-download": "queued",
    "glance-download": "queued",
    "copy-image": "active",
}
"""The status that an image must have for each method."""


class Import(verbs.ShowRecord):
    """Bring data into an image: what was staged, or what is elsewhere.

    Without --wait it shows the image as the import begins. With it, a failed task or
    store is a failure of the command; a store may fail with --allow-failure.
    """

    changes = True
    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "image", "Image to bring data into")
        parser.add_argument(
            "--method",
            metavar="<method>",
            choices=imports.METHODS,
            default="glance-direct",
            help=f"How to import: {', '.join(imports.METHODS)} (default:"
            " glance-direct, which takes what 'image stage' has sent)",
        )
        parser.add_argument(
            "--uri",
            metavar="<uri>",
            type=uri,
            help="Where web-download takes the data from",
        )
        parser.add_argument(
            "--remote-image",
            metavar="<image-id>",
            help="ID of the image that glance-download takes",
        )
        parser.add_argument(
            "--remote-region",
            metavar="<region>",
            help="Region of the Glance that glance-download takes it from",
        )
        parser.add_argument(
            "--remote-service-interface",
            metavar="<interface>",
            help="Interface of that Glance (default: public)",
        )
        add_disk_format(parser)
        add_stores(parser, nargs="+")
        add_wait(parser, is_default=False)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        args = parsed_args
        wanted = make_import_request(self.client, args, args.method, _details(args))
        record = self.find(args.image)
        _check_status(record, wanted.method)
        if args.method == "web-download":
            self.settle_disk_format(record, args)
        record = import_image(self, record["id"], wanted, args)
        return self.display(args, record)

    def settle_disk_format(self, record: Record, args: argparse.Namespace) -> None:
        """Give the image the disk format that is said or that of the data to fetch."""
        wanted = declared_format(record, args.disk_format)
        if wanted == AUTO and record.get("container_format") in (None, BARE):
            wanted = find_format(args.uri)
        if wanted != AUTO:
            is_given = args.disk_format is not None
            settle_disk_format(self, record, wanted, is_given=is_given)


def _details(args: argparse.Namespace) -> dict[str, str]:
    """Return the parameters of the method, as the service names them.

    Raises :class:`UsageError` for an option that is missing or does not belong to it.
    """
    given = {
        "--uri": args.uri,
        "--remote-image": args.remote_image,
        "--remote-region": args.remote_region,
        "--remote-service-interface": args.remote_service_interface,
    }
    if args.disk_format is not None and args.method != "web-download":
        raise UsageError(
            f"--disk-format does not go with --method {args.method}.",
            hint="the data was given a format when it was staged or stored",
        )
    names, needed = {
        "web-download": ({"--uri": "uri"}, ("--uri",)),
        "glance-download": (
            {
                "--remote-image": "glance_image_id",
                "--remote-region": "glance_region",
                "--remote-service-interface": "glance_service_interface",
            },
            ("--remote-image", "--remote-region"),
        ),
    }.get(args.method, ({}, ()))
    for option, content in given.items():
        if content is not None and option not in names:
            raise UsageError(f"{option} does not go with --method {args.method}.")
        if content is None and option in needed:
            raise UsageError(f"--method {args.method} needs {option}.")
    return {names[option]: text for option, text in given.items() if text is not None}


def _check_status(record: Record, method: str) -> None:
    wanted = STATUS_FOR[method]
    if record["status"] != wanted:
        raise UsageError(
            f"The import method '{method}' needs an image in status '{wanted}', and"
            f" image {record['id']} is '{record['status']}'.",
            hint="send its data with: imagectl image stage"
            if wanted == "uploading"
            else "",
        )
