"""The stores in which a cloud keeps the data of images."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.command import Lister

COLUMNS = {
    "ID": "id",
    "Description": "description",
    "Default": "default",
    "Properties": "properties",
    "Type": "type",
    "Weight": "weight",
    "Read Only": "read-only",
}
FLAGS = ("default", "read-only")
"""Glance has these as the text ``true``, or leaves them out where they are false."""


class List(Lister):
    """List the stores of a cloud that has several"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--detail",
            action="store_true",
            help="List the properties of the stores too, which is for administrators;"
            " -c also has Type, Weight and Read Only then",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        known = list(COLUMNS) if parsed_args.detail else list(COLUMNS)[:3]
        columns = self.select(known, parsed_args.columns, known[:4])
        path = "/info/stores/detail" if parsed_args.detail else "/info/stores"
        stores = self.cloud.image.document("GET", path, {"stores": [dict]})["stores"]
        flagged = ({**s, **{f: True for f in FLAGS if f in s}} for s in stores)
        return self.table(
            columns, ([s.get(COLUMNS[c]) for c in columns] for s in flagged)
        )
