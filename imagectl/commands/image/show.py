from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from imagectl import output, verbs
from imagectl.commands.image.cells import has_colour, present
from imagectl.contract.image import IMAGE
from imagectl.formatters import LIST_FORMATTERS


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
            help="Show the size in a unit that fits it",
        )

    def run(self, parsed_args: argparse.Namespace) -> int:
        self.exit_code = 0
        return super().run(parsed_args) or self.exit_code

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        in_units, in_colour = parsed_args.human_readable, has_colour(self.app.stdout)
        shown = []

        def show(given: str) -> None:
            record = present(self.find(given), in_units=in_units, in_colour=in_colour)
            shown.append(self.display(parsed_args, record))

        if len(parsed_args.names) == 1:
            show(parsed_args.names[0])
            return shown[0]
        self.exit_code = self.for_each(parsed_args.names, show)
        names = shown[0][0] if shown else ()
        return names, tuple(shown)

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Any
    ) -> int:
        stdout = self.app.stdout
        if len(parsed_args.names) == 1:
            self.formatter.emit_one(column_names, data, stdout, parsed_args)
        elif parsed_args.formatter in output.MACHINE_FORMATS:
            rows = [row for _, row in data]
            formatter = LIST_FORMATTERS[parsed_args.formatter]()
            formatter.emit_list(column_names, rows, stdout, parsed_args)
        else:
            for names, row in data:
                self.formatter.emit_one(names, row, stdout, parsed_args)
        return 0
