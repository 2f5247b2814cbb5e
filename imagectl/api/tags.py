"""Adds and removes single tags of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagectl.api import images
from imagectl.api.client import Client, is_no_segment
from imagectl.contract.image import IMAGE
from imagectl.errors import NotFoundError


def add(client: Client, image_id: str, tag: str) -> None:
    if not _fits_path(tag):
        _change(client, image_id, lambda tags: [*tags, tag])
    else:
        client.request("PUT", images.path_of(image_id, "tags", tag))


def remove(client: Client, record: Mapping[str, Any], tag: str) -> None:
    """Remove a tag; raises :class:`NotFoundError` where the image does not have it."""
    if tag not in record["tags"]:
        raise NotFoundError(f"Image {record['id']} has no tag '{tag}'.")
    if not _fits_path(tag):
        _change(client, record["id"], lambda tags: [t for t in tags if t != tag])
    else:
        client.request("DELETE", images.path_of(record["id"], "tags", tag))


def _fits_path(tag: str) -> bool:
    """Return whether Glance takes a tag in a path for what it is.

    It reads the bytes of one that is not ASCII as Latin-1 (Glance 33).
    """
    return tag.isascii() and not is_no_segment(tag)


def _change(
    client: Client, image_id: str, change: Callable[[list[str]], list[str]]
) -> None:
    """Replace all tags, for a tag that cannot stand in a path."""
    tags = change(client.show(IMAGE, image_id)["tags"])
    images.patch(client, image_id, [images.replace("tags", tags)])
