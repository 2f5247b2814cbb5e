"""Several records from what a user typed: names, ids and patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from imagectl.api import lookup
from imagectl.api.client import Client, Record
from imagectl.contract.image import IMAGE
from imagectl.errors import NotFoundError

_WILDCARD = re.compile(r"[*?[]")


def is_pattern(given: str) -> bool:
    """Tell whether ``given`` may stand for several names, as in a shell."""
    return bool(_WILDCARD.search(given))


def select(client: Client, given: str) -> list[Record]:
    """Return the image that ``given`` names, or the active ones that it matches.

    A pattern matches whole names, in their case. Raises :class:`NotFoundError` where
    nothing is found, and what :func:`lookup.find` raises.
    """
    if not is_pattern(given):
        return [lookup.find(client, IMAGE, given)]
    found = [
        record
        for record in active_images(client)
        if given == record["name"] or fnmatchcase(record["name"] or "", given)
    ]
    if not found:
        raise NotFoundError(f"No active image has a name like {given}")
    return found


def active_images(client: Client) -> Iterator[Record]:
    """Yield the images that hold data, by name, as ``image list`` shows them."""
    query = {"status": "active", "sort": "name:asc,id:asc"}
    return client.list(IMAGE, query)


def unique(records: Sequence[Record]) -> list[Record]:
    """Return the records in their order, each once."""
    return list({record["id"]: record for record in records}.values())
