"""Finding the image that a request names; source: Glance 33 ``db/utils.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.glance.errors import NotFound
from mockserver.storage.image_members import find_member
from mockserver.storage.images import Image, find_image

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call


def get_image(call: Call, image_id: str) -> Image:
    """Return an image that the caller's project can see.

    Raises :class:`NotFound` for any other image, as for one that does not exist.
    """
    image = find_image(call.db, image_id)
    if image is None or image.deleted or not is_visible(call, image):
        raise NotFound(f"No image found with ID {image_id}")
    return image


def is_visible(call: Call, image: Image) -> bool:
    """Tell whether the caller's project can see an image."""
    caller = call.caller
    if caller.is_admin or image.owner is None:
        return True
    if image.visibility in ("public", "community"):
        return True
    if caller.project_id is None:
        return False
    if image.owner == caller.project_id:
        return True
    is_shared = image.visibility == "shared"
    return is_shared and find_member(call.db, image.id, caller.project_id) is not None


def as_received(name: str) -> str:
    """Return a name from a path as Glance reads it: each byte as one character.

    Glance decodes paths as Latin-1, so a name with other characters than ASCII's is
    garbled there; the same name in a body is not.
    """
    return name.encode().decode("latin-1")
