"""Options for the attributes of an image, at its creation and later."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl.commands import options
from imagectl.contract.image import CONTAINER_FORMATS, DISK_FORMATS, IMAGE
from imagectl.errors import UsageError
from imagectl.transfer.formats import AUTO

VISIBILITY_HELP = {
    "public": "Let everyone see and use the image",
    "private": "Let only the owner see and use the image",
    "community": "Let everyone use the image, and list it only for its owner",
    "shared": "Let the owner and the image's members see and use it (a new one is)",
}

MEMBERSHIPS = {
    "accept": ("accepted", "Accept the image for the project"),
    "reject": ("rejected", "Reject the image for the project"),
    "pending": ("pending", "Take back what the project decided on the image"),
}


def add_attributes(
    parser: argparse.ArgumentParser,
    *,
    container_format: str | None = None,
    detects: bool = False,
) -> None:
    """Add the options that create, upload and set share.

    ``container_format`` is the default of its option. With ``detects`` the disk format
    may be ``auto``, which is then the default.
    """
    _add_format(parser, "container", CONTAINER_FORMATS, container_format)
    if detects:
        _add_format(parser, "disk", (AUTO, *DISK_FORMATS), AUTO)
    else:
        _add_format(parser, "disk", DISK_FORMATS, None)
    parser.add_argument(
        "--min-disk",
        metavar="<disk-gb>",
        type=options.count,
        help="Disk that an instance needs to boot the image, in gigabytes",
    )
    parser.add_argument(
        "--min-ram",
        metavar="<ram-mb>",
        type=options.count,
        help="Memory that an instance needs to boot the image, in megabytes",
    )
    parser.set_defaults(is_new=detects)
    _add_protection(parser)
    visibility = parser.add_mutually_exclusive_group()
    for name, help_text in VISIBILITY_HELP.items():
        visibility.add_argument(
            f"--{name}",
            dest="visibility",
            action="store_const",
            const=name,
            help=help_text,
        )
    options.add_property(parser, "image")
    parser.add_argument(
        "--tag",
        dest="tags",
        metavar="<tag>",
        action="append",
        help="Set a tag on the image (repeat to set several)",
    )
    parser.add_argument(
        "--project",
        metavar="<project>",
        help="Project that owns the image (name or ID)",
    )
    options.add_domain_of(parser, "project")


def add_membership(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the options by which a project accepts or rejects a shared image."""
    group = parser.add_mutually_exclusive_group(required=required)
    for name, (const, help_text) in MEMBERSHIPS.items():
        group.add_argument(
            f"--{name}",
            dest="membership",
            action="store_const",
            const=const,
            help=f"{help_text} (your own unless it is named)",
        )


def attributes(args: argparse.Namespace, disk_format: str | None) -> dict[str, Any]:
    """Return the attributes that the options give, as the service names them.

    ``disk_format`` is the one of ``args``, or what was detected for ``auto``.
    """
    return {
        **options.given(
            name=args.name,
            container_format=args.container_format,
            disk_format=disk_format,
            min_disk=args.min_disk,
            min_ram=args.min_ram,
            visibility=args.visibility,
            protected=args.protected,
            os_hidden=args.hidden,
        ),
        **dict(_as_attribute(*pair, is_new=args.is_new) for pair in args.properties),
    }


def _as_attribute(key: str, text: str, *, is_new: bool) -> tuple[str, Any]:
    """Return a property as Glance types it: some attributes are given as properties.

    ``is_public`` of a new image is its visibility, as it was in Glance v1. Raises
    :class:`UsageError` for a text that is not of an attribute's type.
    """
    if is_new and key == "is_public":
        return "visibility", "public" if _parse_flag(key, text) else "private"
    kind = IMAGE.field(key).kind if IMAGE.has(key) else "string"
    if kind == "integer":
        if not text.isdecimal():
            raise UsageError(f"--property {key} is a number, not '{text}'.")
        return key, int(text)
    return key, _parse_flag(key, text) if kind == "boolean" else text


def _parse_flag(key: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise UsageError(f"--property {key} is true or false, not '{text}'.")
    return text.lower() == "true"


def _add_format(
    parser: argparse.ArgumentParser,
    kind: str,
    choices: tuple[str, ...],
    default: str | None,
) -> None:
    meaning = ": what the data is found to be" if default == AUTO else ""
    preset = f" (default: {default}{meaning})" if default else ""
    parser.add_argument(
        f"--{kind}-format",
        metavar=f"<{kind}-format>",
        choices=choices,
        default=default,
        help=f"Format of the {kind}: {', '.join(choices)}{preset}",
    )


def _add_protection(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--protected",
        action="store_true",
        default=None,
        help="Protect the image from deletion",
    )
    group.add_argument(
        "--unprotected",
        dest="protected",
        action="store_false",
        help="Let the image be deleted (a new one can be)",
    )
