"""Records as Glance shows them; source: Glance 33 ``api/v2/images.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.blobs.stores import names_of
from mockserver.glance.times import show_time
from mockserver.storage.images import Image
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call

_SHOWN = (
    "name",
    "disk_format",
    "container_format",
    "visibility",
    "size",
    "virtual_size",
    "status",
    "checksum",
    "protected",
    "min_ram",
    "min_disk",
    "owner",
    "os_hidden",
    "os_hash_algo",
    "os_hash_value",
    "id",
)


def image_path(image_id: str) -> str:
    return f"/v2/images/{image_id}"


def show_image(call: Call, image: Image) -> dict[str, Any]:
    """Return an image's document for the caller; its own properties come first."""
    # only administrators see where the data of a deactivated image is
    sees_locations = call.caller.is_admin or image.status != "deactivated"
    locations = image.locations if sees_locations else []
    names = names_of(locations)
    is_direct = call.state.settings.show_image_direct_url and locations
    return {
        **image.properties,
        **{name: getattr(image, name) for name in _SHOWN},
        "created_at": show_time(image.created_at),
        "updated_at": show_time(image.updated_at),
        "locations": locations,
        **({"direct_url": locations[0]["url"]} if is_direct else {}),
        "tags": image.tags,
        "self": image_path(image.id),
        "file": f"{image_path(image.id)}/file",
        "schema": "/v2/schemas/image",
        **({"stores": ",".join(names)} if names else {}),
    }


def show_member(member: Record) -> dict[str, Any]:
    """Return the document of a project that an image is shared with."""
    return {
        "member_id": member["member_id"],
        "image_id": member["image_id"],
        "status": member["status"],
        "created_at": show_time(member["created_at"]),
        "updated_at": show_time(member["updated_at"]),
        "schema": "/v2/schemas/member",
    }
