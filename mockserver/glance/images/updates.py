"""Applying the changes of a PATCH; source: Glance 33 ``images.py``, ``domain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.glance import default_policy as policy
from mockserver.glance.errors import Conflict, Forbidden
from mockserver.glance.requests.limits import check_minimum, check_tag_count
from mockserver.glance.requests.patches import Change
from mockserver.storage.images import Image

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller

SETTABLE = frozenset(
    (
        *("name", "visibility", "protected", "os_hidden", "owner", "tags"),
        *("container_format", "disk_format", "min_ram", "min_disk"),
    )
)
"""Attributes that a request may set; all others that it may name are properties."""

VISIBILITY_OPERATIONS = {
    "public": "publicize_image",
    "community": "communitize_image",
}


def apply_change(caller: Caller, image: Image, change: Change) -> None:
    """Change the image, if the caller may. Raises Forbidden, NotFound or Conflict."""
    if change.operation == "remove":
        _remove(caller, image, change.name)
    else:
        _set(caller, image, change)


def _set(caller: Caller, image: Image, change: Change) -> None:
    replaces = change.operation == "replace"
    if replaces and change.name == "owner" and not caller.is_admin:
        raise Forbidden(detail="Owner can't be updated by non admin.")
    if change.name == "visibility" and change.value in VISIBILITY_OPERATIONS:
        operation = VISIBILITY_OPERATIONS[change.value]
        if not policy.allows(caller, operation, image):
            raise policy.not_authorized(operation)
    policy.enforce(caller, "modify_image", image)
    is_there = change.name in SETTABLE or change.name in image.properties
    if replaces and not is_there:
        raise Conflict(detail=f"Property {change.name} does not exist.")
    if not replaces and is_there and change.keeps_existing:
        raise Conflict(detail=f"Property {change.name} already present.")
    if change.name in SETTABLE:
        set_attribute(image, change.name, change.value)
    else:
        image.properties[change.name] = change.value


def set_attribute(image: Image, name: str, value: Any) -> None:
    if name in ("disk_format", "container_format") and image.status != "queued":
        raise Forbidden(f"Attribute {name} can be only replaced for a queued image.")
    if name in ("min_ram", "min_disk"):
        check_minimum(name, value)
    if name == "tags":
        value = list(dict.fromkeys(value))
        check_tag_count(value)
    setattr(image, name, value)


def _remove(caller: Caller, image: Image, name: str) -> None:
    policy.enforce(caller, "modify_image", image)
    if name in SETTABLE:
        raise Forbidden(detail=f"Property {name} may not be removed.")
    if image.properties.pop(name, None) is None:
        raise Conflict(detail=f"Property {name} does not exist.")
