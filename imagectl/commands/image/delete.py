from __future__ import annotations

import argparse

from imagectl import verbs
from imagectl.api import images
from imagectl.api.client import Record
from imagectl.contract.image import IMAGE
from imagectl.errors import ConflictError


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
            record = self.find(given)
            self.check_is_meant(given, record)
            image_id = record["id"]
            if parsed_args.store is not None:
                images.delete_from_store(self.client, image_id, parsed_args.store)
            else:
                self.client.delete(IMAGE, image_id)

        return self.for_each(parsed_args.names, delete)

    def check_is_meant(self, given: str, record: Record) -> None:
        """Raise :class:`ConflictError` for a stranger's image that only has the name.

        Every project can give such a name to an image of the community.
        """
        if record.get("visibility") != "community" or given == record["id"]:
            return
        if record.get("owner") != self.client.session.project_id:
            raise ConflictError(
                f"Image {given} is another project's community image.",
                hint=f"to delete it, give its id: {record['id']}",
            )
