"""The argument that names an image, for commands on what belongs to an image."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl.api import lookup
from imagectl.api.client import Record
from imagectl.command import Command
from imagectl.contract.image import IMAGE


class NamesImage(Command):
    """A command with an image argument."""

    def add_image(
        self, parser: argparse.ArgumentParser, means: str = "Image", **options: Any
    ) -> None:
        name = "images" if "nargs" in options else "image"
        parser.add_argument(
            name, metavar="<image>", help=f"{means} (name or ID)", **options
        )

    def find_image(self, given: str, **scope: str) -> Record:
        return lookup.find(self.cloud.image, IMAGE, given, scope=scope)

    def image_id(self, given: str, **scope: str) -> str:
        return str(self.find_image(given, **scope)["id"])
