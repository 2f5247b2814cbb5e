"""Finds the images that a user means by names, ids and patterns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from imagectl.api import lookup
from imagectl.api.client import Client, Record
from imagectl.api.filters import Condition, list_images
from imagectl.contract.image import IMAGE
from imagectl.errors import NotFoundError


def select(client: Client, given: str) -> list[Record]:
    """Return the image that ``given`` names, or the active images that match it.

    In a pattern ``*`` stands for any text and ``?`` for any character. Raises
    :class:`NotFoundError` where nothing is found, and what :func:`lookup.find` raises.
    """
    if not has_wildcard(given):
        return [lookup.find(client, IMAGE, given)]
    found = [record for record in active_images(client) if matches(record, given)]
    if not found:
        raise NotFoundError(f"No active image has a name like {given}")
    return found


def has_wildcard(name: str) -> bool:
    return "*" in name or "?" in name


def matches(record: Mapping[str, Any], pattern: str) -> bool:
    """Return whether an image's name matches; brackets have no special meaning."""
    return fnmatchcase(record["name"] or "", pattern.replace("[", "[[]"))


def active_images(
    client: Client,
    conditions: Sequence[Condition] = (),
    *,
    tags: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
) -> Iterator[Record]:
    """Yield the active images that ``image list`` shows, sorted by name.

    The other arguments are those of :func:`imagectl.api.filters.list_images`.
    """
    return list_images(
        client,
        [("status", "active"), *conditions],
        tags=tags,
        parameters={**(parameters or {}), "sort": "name:asc,id:asc"},
    )


def unique(records: Sequence[Record]) -> list[Record]:
    """Return each record once, in the order given."""
    return list({record["id"]: record for record in records}.values())
