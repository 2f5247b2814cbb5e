"""Applying the changes of a PATCH to an image.

Source: Glance 33 ``api/v2/images.py`` and ``domain``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.glance.default_policy import not_authorized
from mockserver.glance.errors import Conflict, Forbidden
from mockserver.glance.requests.limits import check_minimum, check_tag_count
from mockserver.glance.requests.patches import Change
from mockserver.storage.images import Image

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call

SETTABLE = frozenset(
    (
        "name",
        "visibility",
        "protected",
        "os_hidden",
        "owner",
        "tags",
        "container_format",
        "disk_format",
        "min_ram",
        "min_disk",
    )
)
"""Attributes that a request may set; other names that it may set are properties."""

VISIBILITY_OPERATIONS = {
    "public": "publicize_image",
    "community": "communitize_image",
}
"""The operation that the policy is asked about, by the visibility to set."""


def apply_change(call: Call, image: Image, change: Change) -> None:
    """Apply a change to ``image``, without storing it.

    Raises :class:`Forbidden` or :class:`NotFound` where the caller may not change it
    so, :class:`Conflict` for a property that is missing or already there, and
    :class:`BadRequest` or :class:`TooLarge` for values that no image may have.
    """
    if change.operation == "remove":
        _remove(call, image, change.name)
    else:
        _set(call, image, change)


def _set(call: Call, image: Image, change: Change) -> None:
    replaces = change.operation == "replace"
    if replaces and change.name == "owner" and not call.caller.is_admin:
        raise Forbidden(detail="Owner can't be updated by non admin.")
    if change.name == "visibility" and change.value in VISIBILITY_OPERATIONS:
        operation = VISIBILITY_OPERATIONS[change.value]
        if not call.allows(operation, image):
            raise not_authorized(operation)
    call.enforce("modify_image", image)
    exists = change.name in SETTABLE or change.name in image.properties
    if replaces and not exists:
        raise Conflict(detail=f"Property {change.name} does not exist.")
    if not replaces and exists and change.keeps_existing:
        raise Conflict(detail=f"Property {change.name} already present.")
    if change.name in SETTABLE:
        _set_attribute(image, change.name, change.value)
    else:
        image.properties[change.name] = change.value


def _set_attribute(image: Image, name: str, value: Any) -> None:
    if name in ("disk_format", "container_format") and image.status != "queued":
        raise Forbidden(f"Attribute {name} can be only replaced for a queued image.")
    if name in ("min_ram", "min_disk"):
        check_minimum(name, value)
    if name == "tags":
        value = list(dict.fromkeys(value))
        check_tag_count(value)
    setattr(image, name, value)


def _remove(call: Call, image: Image, name: str) -> None:
    call.enforce("modify_image", image)
    if name in SETTABLE:
        raise Forbidden(detail=f"Property {name} may not be removed.")
    if image.properties.pop(name, None) is None:
        raise Conflict(detail=f"Property {name} does not exist.")
