"""``cached image``: the cache of the image service."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from imagectl.api import lookup
from imagectl.api.client import quote
from imagectl.api.records import Shape
from imagectl.command import Command, Lister, ShowOne
from imagectl.commands.image.image_argument import NamesImage
from imagectl.contract.image import IMAGE

COLUMNS = (
    "ID",
    "State",
    "Last Accessed (UTC)",
    "Last Modified (UTC)",
    "Size",
    "Hits",
)
UNKNOWN = "N/A"
_CACHED: Shape = {
    "image_id": str,
    "last_accessed": float,
    "last_modified": float,
    "size": float,
    "hits": float,
}
CACHE: Shape = {"cached_images?": [_CACHED], "queued_images?": [str]}
END_OF_TIME_S = 253_402_300_800
"""The year 10000, which Python does not know."""


class List(Lister):
    """List the images in the cache, and those that wait to get there"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        places = [COLUMNS.index(column) for column in columns]
        cache = self.cloud.image.document("GET", "/cache", CACHE)
        return self.table(columns, ([row[i] for i in places] for row in _rows(cache)))


class Queue(NamesImage):
    """Let images be brought into the cache"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser, "Image(s) to bring into the cache", nargs="+")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        def queue(given: str) -> None:
            self.cloud.image.request("PUT", _path(self.image_id(given)))

        return self.for_each(parsed_args.images, queue)


class Delete(NamesImage):
    """Delete images from the cache and from its queue; they stay in their stores"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser, "Image(s) to delete from the cache", nargs="+")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        client = self.cloud.image

        def delete(given: str) -> None:
            # The cache may still have an image that was deleted.
            image_id = lookup.find_id(client, IMAGE, given, may_be_gone=True)
            client.request("DELETE", _path(image_id))

        return self.for_each(parsed_args.images, delete)


class Clear(Command):
    """Delete all images from the cache, from its queue, or from both"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        for target in ("cache", "queue"):
            parser.add_argument(
                f"--{target}", action="store_true", help=f"Clear the {target} only"
            )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        headers = {}
        if parsed_args.cache != parsed_args.queue:
            target = "cache" if parsed_args.cache else "queue"
            headers["X-Image-Cache-Clear-Target"] = target
        self.cloud.image.request("DELETE", "/cache", headers=headers)


class Clean(Command):
    """Delete what is left in the cache of images that were not cached whole"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        self.cloud.image.request("POST", "/cache/clean")


class Prune(ShowOne):
    """Delete images from the cache, those not used for longest first, if it is full"""

    changes = True

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        return self.columns(self.cloud.image.document("POST", "/cache/prune"))


class Nodes(Lister, NamesImage):
    """List the image services that have an image in their cache"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_image(parser)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        image_id = self.image_id(parsed_args.image)
        nodes = self.cloud.image.array(f"/cache/nodes/{quote(image_id)}", str)
        return self.table(("Node Reference URL",), ([url] for url in nodes))


def _rows(cache: dict[str, Any]) -> Iterator[list[Any]]:
    for image in cache.get("cached_images") or ():
        used, changed = _utc(image["last_accessed"]), _utc(image["last_modified"])
        size, hits = image["size"], image["hits"]
        yield [image["image_id"], "cached", used, changed, size, hits]
    for image_id in cache.get("queued_images") or ():
        yield [image_id, "queued", *[UNKNOWN] * 4]


def _utc(timestamp_s: float) -> str:
    if not 0 <= timestamp_s < END_OF_TIME_S:
        return UNKNOWN
    moment = datetime.fromtimestamp(timestamp_s, timezone.utc)
    return moment.replace(tzinfo=None).isoformat()


def _path(image_id: str) -> str:
    return f"/cache/{quote(image_id)}"
