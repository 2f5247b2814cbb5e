"""Options of commands that transfer the data of images."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from imagectl.commands import options
from imagectl.transfer.progress import STYLES


def add_store_preference(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store-preference",
        dest="stores",
        metavar="<store>",
        action="append",
        default=[],
        help="Store to read an image from if it can (repeat for a second choice)",
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        metavar="<count>",
        type=options.positive,
        default=4,
        help="How many images to move at once (default: 4)",
    )


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Add ``--progress [bar|plain|none]``; see :func:`spell_out_progress`."""
    parser.add_argument(
        "--progress",
        metavar="{" + ",".join(STYLES) + "}",
        nargs="?",
        choices=STYLES,
        const="bar",
        help="Show how far it is: with a bar, as on a terminal unasked, or with a plain"
        " line every few seconds",
    )


def spell_out_progress(arguments: Sequence[str]) -> list[str]:
    """Return a command's arguments with each ``--progress`` joined to its value.

    ``openstack`` has the option without a value, so that ``--progress NAME`` names an
    image. argparse would take any word that follows for the value; here only one of
    :data:`STYLES` is.
    """
    spelt: list[str] = []
    for argument in arguments:
        if spelt and spelt[-1] == "--progress":
            is_style = argument in STYLES
            spelt[-1] = f"--progress={argument if is_style else 'bar'}"
            if is_style:
                continue
        spelt.append(argument)
    return spelt
