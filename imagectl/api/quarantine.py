"""Deactivates an image that was given wrong data and that must not be deleted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from imagectl.api.images import set_active
from imagectl.contract.image import IMAGE
from imagectl.errors import ImagectlError, VerificationError

if TYPE_CHECKING:
    from imagectl.api.client import Client


@contextlib.contextmanager
def deactivated_if_wrong(client: Client, record: Mapping[str, Any]) -> Iterator[None]:
    """Deactivate an image if the block raises :class:`VerificationError`.

    The error's hint then says what became of the image.
    """
    try:
        yield
    except VerificationError as error:
        error.hint = _deactivate(client, record["id"])
        raise


def _deactivate(client: Client, image_id: str) -> str:
    try:
        if client.show(IMAGE, image_id)["status"] != "active":
            return ""
        set_active(client, image_id, False)
    except ImagectlError as error:
        return f"image {image_id} holds wrong data; delete it ({error})"
    return f"image {image_id} was deactivated; delete it"
