"""Options and steps that ``image import`` and ``image create --import`` share."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from imagectl.api import imports
from imagectl.api.client import Record
from imagectl.commands.image.options.waiting import wait_limit
from imagectl.contract.image import IMAGE
from imagectl.errors import ImagectlError, UsageError
from imagectl.verbs import ResourceVerb

if TYPE_CHECKING:
    from imagectl.api.client import Client


def add_stores(parser: argparse.ArgumentParser, **store_options: Any) -> None:
    stores = parser.add_mutually_exclusive_group()
    stores.add_argument(
        "--store",
        dest="stores",
        metavar="<store>",
        action="extend" if "nargs" in store_options else "append",
        default=[],
        help="Store to keep the data in (several for a copy in each)",
        **store_options,
    )
    stores.add_argument(
        "--all-stores", action="store_true", help="Keep a copy in every store"
    )
    failure = parser.add_mutually_exclusive_group()
    failure.add_argument(
        "--allow-failure",
        action="store_true",
        default=None,
        help="Let the import do without stores that fail, as long as one does not",
    )
    failure.add_argument(
        "--disallow-failure",
        dest="allow_failure",
        action="store_false",
        help="Undo the whole import if one of several stores fails",
    )


def uri(text: str) -> str:
    """Return ``text`` if it is an absolute URL."""
    parts = urlsplit(text)
    if not (parts.scheme and parts.netloc):
        raise argparse.ArgumentTypeError(f"'{text}' is not a URL")
    return text


def make_import_request(
    client: Client, args: argparse.Namespace, method: str, details: Mapping[str, str]
) -> imports.ImportRequest:
    """Return the import that the options ask for.

    Raises :class:`UsageError` for copy-image without stores, and for a method that the
    cloud does not offer.
    """
    if method == "copy-image" and not (args.stores or args.all_stores):
        raise UsageError("--method copy-image needs --store or --all-stores.")
    offered = imports.methods(client)
    if method not in offered:
        raise UsageError(
            f"This cloud does not offer the import method '{method}'.",
            hint=f"it offers {', '.join(offered)}",
        )
    return imports.ImportRequest(
        method,
        details,
        stores=args.stores,
        all_stores=args.all_stores,
        may_fail_in_part=args.allow_failure is not False,
    )


def import_image(
    command: ResourceVerb,
    image_id: str,
    wanted: imports.ImportRequest,
    args: argparse.Namespace,
) -> Record:
    """Import, with ``--wait`` until it has ended, and return the image.

    Raises :class:`ImagectlError` where the import failed, and where a store failed
    without ``--allow-failure``.
    """
    request_id = imports.start(command.client, image_id, wanted)
    if not args.wait:
        return command.client.show(IMAGE, image_id)
    limit = wait_limit(command.app, args)
    record = imports.wait_for_import(command.client, image_id, request_id, limit)
    if failed := imports.failed_stores(record):
        message = f"Image {image_id} could not be stored in {', '.join(failed)}."
        if not args.allow_failure:
            raise ImagectlError(message, hint="--allow-failure lets that pass")
        command.app.say(message)
    return record
