from __future__ import annotations

import argparse
from typing import Any

from imagectl import output, verbs
from imagectl.contract.image import IMAGE


class Show(verbs.Show):
    """Show an image."""

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--human-readable",
            action="store_true",
            help="Show the size in a unit that fits it",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        record = self.record(parsed_args)
        if parsed_args.human_readable and record["size"] is not None:
            record = {**record, "size": output.format_size(record["size"])}
        return self.display(parsed_args, record)
