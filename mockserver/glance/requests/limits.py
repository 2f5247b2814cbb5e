"""Limits on what a record holds; source: Glance 33 ``quota`` and ``db``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mockserver.glance.errors import BadRequest, TooLarge
from mockserver.glance.requests.patches import RESERVED_PREFIX
from mockserver.storage.images import Image

MOST_PROPERTIES = 128
MOST_TAGS = 128
MOST_MEMBERS = 128
GREATEST_MINIMUM = 2**31 - 1
_LAST_3_BYTE_CHARACTER = "\uffff"


def check_tag_count(tags: Collection[str]) -> None:
    """Raise :class:`TooLarge` for more tags than an image may have."""
    if len(tags) > MOST_TAGS:
        raise TooLarge(_exceeded("tags", len(tags), MOST_TAGS))


def check_property_count(properties: Mapping[str, str]) -> None:
    """Raise :class:`TooLarge` for more properties than an image may have.

    Those that Glance itself sets do not count.
    """
    own = [name for name in properties if not name.startswith(RESERVED_PREFIX)]
    if len(own) > MOST_PROPERTIES:
        raise TooLarge(_exceeded("properties", len(own), MOST_PROPERTIES))


def check_member_count(image_id: str, attempted: int) -> None:
    """Raise :class:`TooLarge` if an image may not have ``attempted`` members."""
    if attempted > MOST_MEMBERS:
        words = _exceeded("members for this image", attempted, MOST_MEMBERS)
        words = f"Image member limit exceeded for image {image_id}: {words}:"
        raise TooLarge(words)


def _exceeded(what: str, attempted: int, most: int) -> str:
    return (
        f"The limit has been exceeded on the number of allowed image {what}."
        f" Attempted: {attempted}, Maximum: {most}"
    )


def check_minimum(name: str, value: int) -> None:
    """Raise :class:`BadRequest` for a negative ``min_disk`` or ``min_ram``."""
    if value < 0:
        raise BadRequest(
            f"Invalid value '{value}' for parameter '{name}':"
            " Cannot be a negative value"
        )


def check_storable(image: Image) -> None:
    """Raise :class:`BadRequest` for values that Glance's database cannot store."""
    check_characters(image.columns())
    check_characters(image.properties)
    if any(_has_4_byte_character(tag) for tag in image.tags):
        raise BadRequest("Param values can't contain 4 byte unicode.")
    for name in ("min_disk", "min_ram"):
        if getattr(image, name) > GREATEST_MINIMUM:
            raise BadRequest(
                f"'{name}' value out of range, must not exceed {GREATEST_MINIMUM}."
            )


def check_characters(record: Mapping[str, Any]) -> None:
    """Raise :class:`BadRequest` for a character that takes four bytes in UTF-8."""
    for name, value in record.items():
        if _has_4_byte_character(name):
            raise BadRequest("Property names can't contain 4 byte unicode.")
        if _has_4_byte_character(value):
            raise BadRequest(f"{name.title()} can't contain 4 byte unicode characters.")


def _has_4_byte_character(value: Any) -> bool:
    return isinstance(value, str) and max(value, default="") > _LAST_3_BYTE_CHARACTER
