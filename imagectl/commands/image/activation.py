"""Deactivates and reactivates images."""

from __future__ import annotations

import argparse
from typing import ClassVar

from imagectl.api import images
from imagectl.commands.image.image_argument import NamesImage


class Deactivate(NamesImage):
    """Keep all but administrators from the data of images"""

    active: ClassVar[bool] = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser, "Image(s)", nargs="+")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        def change(given: str) -> None:
            images.set_active(self.cloud.image, self.image_id(given), self.active)

        return self.for_each(parsed_args.images, change)


class Reactivate(Deactivate):
    """Let the data of images be downloaded again"""

    active = True
