from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from imagectl import output, verbs
from imagectl.commands.image.cells import has_colour, with_cells
from imagectl.contract.image import IMAGE
from imagectl.formatters import LIST_FORMATTERS

Shown = tuple[tuple[str, ...], tuple[Any, ...]]
"""One image: the names of its rows and their cells."""


class Show(verbs.ShowRecord):
    """Show images

    Several are a list of records in JSON and YAML, and one after the other in other
    formats. One that is not found does not keep the others.
    """

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "names", "Image(s) to show", nargs="+")
        parser.add_argument(
            "--human-readable",
            "--human",
            action="store_true",
            help="Show sizes in units of 1000 that fit them (13.3M), as openstack does",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Shown, ...]]:
        """Return the row names of the first image, and each image as it is shown."""
        in_units, in_colour = parsed_args.human_readable, has_colour(self.app.stdout)
        shown: list[Shown] = []

        def show(given: str) -> None:
            record = self.find(given)
            cells = with_cells(record, in_units=in_units, in_colour=in_colour)
            shown.append(self.display(parsed_args, cells))

        self.exit_code = self.for_each(parsed_args.names, show)
        names = shown[0][0] if shown else ()
        return names, tuple(shown)

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Sequence[Shown],
    ) -> int:
        stdout = self.app.stdout
        is_list = parsed_args.formatter in output.MACHINE_FORMATS
        if is_list and len(parsed_args.names) > 1:
            formatter = LIST_FORMATTERS[parsed_args.formatter]()
            rows = [cells for _, cells in data]
            formatter.emit_list(column_names, rows, stdout, parsed_args)
            return 0
        for names, cells in data:
            self.formatter.emit_one(names, cells, stdout, parsed_args)
        return 0
