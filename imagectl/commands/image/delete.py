from __future__ import annotations

import argparse

from imagectl import verbs
from imagectl.api import images
from imagectl.contract.image import IMAGE


class Delete(verbs.Delete):
    """Delete images; one that cannot be deleted does not keep the others."""

    resource = IMAGE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--store",
            metavar="<store>",
            help="Delete the data in this store only, and keep the image",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        def delete(given: str) -> None:
            image_id = self.find(given)["id"]
            if parsed_args.store is not None:
                images.delete_from_store(self.client, image_id, parsed_args.store)
            else:
                self.client.delete(IMAGE, image_id)

        return self.for_each(parsed_args.names, delete)
