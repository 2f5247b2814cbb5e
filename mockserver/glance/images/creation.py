"""New images: from a request, or from a seed; source: Glance 33 ``domain``."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagectl.contract.image import IMAGE
from mockserver.glance import default_policy as policy
from mockserver.glance.data.uploads import Received, receive
from mockserver.glance.errors import BadRequest, Forbidden
from mockserver.glance.images.updates import SETTABLE, VISIBILITY_OPERATIONS
from mockserver.glance.requests.limits import (
    check_minimum,
    check_property_count,
    check_storable,
    check_tag_count,
)
from mockserver.glance.requests.patches import RESERVED, RESERVED_PREFIX
from mockserver.glance.requests.schemas import check_image
from mockserver.glance.times import parse_time, store_time
from mockserver.storage.images import ATTRIBUTES, Image, insert_images

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

NEVER_TAKEN = ("direct_url", "self", "file", "schema", "stores")
READ_ONLY = ("created_at", "updated_at", "status", "checksum", "size", "virtual_size")
LONGEST_NAME = 255


class BadData(ValueError):
    """The data of a seed's image does not have the image's disk format."""


def new_image(state: CloudState, caller: Caller, body: dict[str, Any]) -> Image:
    """Return the queued image a request describes, and the caller may create.

    Raises BadRequest, Forbidden or TooLarge.
    """
    for name in NEVER_TAKEN:
        if name in body:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    check_image(body)
    body.setdefault("owner", caller.project_id)
    attributes = {name: value for name, value in body.items() if name in SETTABLE}
    properties = {
        name: value
        for name, value in body.items()
        if name not in SETTABLE and name not in (*READ_ONLY, "id")
    }
    _check_names(properties)
    _check_permission(caller, attributes)
    _check_values(body, attributes)
    now = store_time(state.clock.now())
    image = Image(
        id=body.get("id") or state.ids.uuid("image"),
        created_at=now,
        updated_at=now,
        properties=properties,
        **{**attributes, "tags": list(dict.fromkeys(attributes.get("tags", ())))},
    )
    check_property_count(properties)
    check_storable(image)
    return image


def _check_names(properties: dict[str, Any]) -> None:
    for name in properties:
        if len(name) > LONGEST_NAME:
            raise BadRequest(
                "Custom property should not be greater than 255 characters."
            )
        if name in RESERVED or name.startswith(RESERVED_PREFIX):
            raise Forbidden(detail=f"Attribute '{name}' is reserved.")


def _check_permission(caller: Caller, attributes: dict[str, Any]) -> None:
    owner = attributes["owner"]
    visibility = attributes.get("visibility", "private")
    try:
        policy.enforce_on_project(caller, "add_image", owner, visibility)
    except Forbidden:
        if owner == caller.project_id:
            raise
        raise Forbidden(
            detail=f"You are not permitted to create images owned by '{owner}'"
        ) from None
    if visibility in VISIBILITY_OPERATIONS:
        operation = VISIBILITY_OPERATIONS[visibility]
        policy.enforce_on_project(caller, operation, owner, visibility)


def _check_values(body: dict[str, Any], attributes: dict[str, Any]) -> None:
    check_tag_count(set(attributes.get("tags", ())))
    for name in READ_ONLY:
        if name in body:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    if "locations" in body:
        raise Forbidden("Attribute 'locations' is reserved.")
    for name in ("min_disk", "min_ram"):
        check_minimum(name, attributes.get(name, 0))


def insert_seeded(
    state: CloudState,
    db: Connection,
    record: dict[str, Any],
    data: bytes | Path | None = None,
) -> Image:
    """Insert an image as a seed describes it, in the form that Glance shows images.

    With ``data``, bytes or a file, its size and hashes are computed. Without, it is
    taken as described: an image that says it is active has no bytes to download.
    Raises :class:`~mockserver.storage.repository.DuplicateRecord` for a known id,
    :class:`BadData` for data of another format and OSError for a file that cannot be
    read.
    """
    now = store_time(state.clock.now())
    shown = {field.name for field in IMAGE.fields}
    attributes = {k: v for k, v in record.items() if k in shown & ATTRIBUTES}
    for name in ("created_at", "updated_at"):
        attributes[name] = parse_time(record[name]) if name in record else now
    attributes.setdefault("id", state.ids.uuid("image"))
    image = Image(**attributes)
    image.properties = {k: v for k, v in record.items() if k not in shown}
    if data is None:
        _insert(state, db, image)
        return image
    with BytesIO(data) if isinstance(data, bytes) else data.open("rb") as source:
        received = receive(state.stores.default, image, source)
    try:
        _fill(image, received)
        _insert(state, db, image)
    except BaseException:
        state.stores.default.delete(image.id)
        raise
    return image


def _fill(image: Image, received: Received) -> None:
    if received.refusal is not None:
        raise BadData(f"{image.name or image.id}: {received.refusal}")
    for name, value in received.columns().items():
        setattr(image, name, value)
    image.status = "active"


def _insert(state: CloudState, db: Connection, image: Image) -> None:
    if image.status in ("active", "deactivated") and not image.locations:
        image.locations = [state.stores.locate(state.stores.default_name, image.id)]
    insert_images(db, [image])
